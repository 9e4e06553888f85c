package dev.assay.engine;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.UniqueId.Segment;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.EventType;

/** What the engine told the platform, by the last segment of each node's unique id, such as {@code check:rls}. */
record Tree(EngineExecutionResults results) {
    static Tree of(AssayTestEngine engine, DiscoverySelector... selectors) {
        return of(engine, Map.of(), selectors);
    }

    static Tree of(AssayTestEngine engine, Map<String, String> options, DiscoverySelector... selectors) {
        return new Tree(EngineTestKit.engine(engine)
                .selectors(selectors)
                .configurationParameter("assay.naming", "short")
                .configurationParameters(options)
                .execute());
    }

    List<String> failed() {
        return ended(Status.FAILED);
    }

    List<String> aborted() {
        return ended(Status.ABORTED);
    }

    List<String> succeeded() {
        return ended(Status.SUCCESSFUL);
    }

    List<String> skipped() {
        return of(event -> event.getType() == EventType.SKIPPED);
    }

    /** The leaves that started, in order. */
    List<String> leaves() {
        return of(event -> event.getType() == EventType.STARTED
                && event.getTestDescriptor().isTest());
    }

    /** Why the node did not succeed. */
    Throwable problem(String segment) {
        return event(segment, EventType.FINISHED)
                .getRequiredPayload(TestExecutionResult.class)
                .getThrowable()
                .orElseThrow();
    }

    String skipReason(String segment) {
        return event(segment, EventType.SKIPPED).getRequiredPayload(String.class);
    }

    List<String> ids() {
        return results.allEvents().stream()
                .map(event -> event.getTestDescriptor().getUniqueId().toString())
                .distinct()
                .toList();
    }

    List<String> names() {
        return results.allEvents().stream()
                .map(event -> event.getTestDescriptor().getDisplayName())
                .distinct()
                .toList();
    }

    String idOf(String segment) {
        return descriptor(segment).getUniqueId().toString();
    }

    TestDescriptor descriptor(String segment) {
        return results.allEvents().stream()
                .map(Event::getTestDescriptor)
                .filter(node -> last(node.getUniqueId()).equals(segment))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no node " + segment + " in " + ids()));
    }

    /** The id of the first variant. */
    String variant() {
        return results.allEvents().stream()
                .map(event -> event.getTestDescriptor().getUniqueId().getLastSegment())
                .filter(segment -> segment.getType().equals("variant"))
                .map(Segment::getValue)
                .findFirst()
                .orElseThrow();
    }

    private Event event(String segment, EventType type) {
        return results.allEvents().stream()
                .filter(event -> event.getType() == type
                        && last(event.getTestDescriptor().getUniqueId()).equals(segment))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type + " of " + segment + " in " + ids()));
    }

    private List<String> ended(Status status) {
        return of(event -> event.getType() == EventType.FINISHED
                && event.getRequiredPayload(TestExecutionResult.class).getStatus() == status);
    }

    private List<String> of(Predicate<Event> which) {
        return results.allEvents().stream()
                .filter(which)
                .map(event -> last(event.getTestDescriptor().getUniqueId()))
                .toList();
    }

    private static String last(UniqueId id) {
        return id.getLastSegment().getType() + ":" + id.getLastSegment().getValue();
    }
}
