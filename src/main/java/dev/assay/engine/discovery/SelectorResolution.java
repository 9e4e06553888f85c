package dev.assay.engine.discovery;

import static java.util.stream.Collectors.toCollection;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.assay.engine.Experiments;
import dev.assay.engine.descriptor.ClassDescriptor;
import dev.assay.engine.descriptor.ExperimentDescriptor;
import dev.assay.engine.descriptor.ExperimentNode;
import dev.assay.engine.descriptor.InvalidExperimentDescriptor;
import dev.assay.engine.descriptor.Naming;
import dev.assay.engine.descriptor.RunDescriptor;
import dev.assay.engine.descriptor.VariantDescriptor;
import dev.assay.engine.discovery.ExperimentSelector.OfFile;
import dev.assay.engine.discovery.ExperimentSelector.OfProblem;
import dev.assay.engine.discovery.ExperimentSelector.OfRun;
import dev.assay.engine.discovery.ExperimentSelector.OfStored;
import dev.assay.engine.discovery.ExperimentSelector.OfStoredRun;
import dev.assay.engine.discovery.ExperimentSelector.OfStoredVariant;
import dev.assay.engine.discovery.ExperimentSelector.OfVariant;
import dev.assay.engine.execution.RunExecution.Beginning;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.InvalidExperiment;
import dev.assay.experiment.Variant;
import dev.assay.run.StoredRun;
import dev.assay.settings.UsageError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.UniqueId.Segment;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.engine.discovery.DirectorySelector;
import org.junit.platform.engine.discovery.FilePosition;
import org.junit.platform.engine.discovery.FileSelector;
import org.junit.platform.engine.discovery.UniqueIdSelector;
import org.junit.platform.engine.support.descriptor.FileSource;
import org.junit.platform.engine.support.discovery.SelectorResolver;

/** Makes nodes of selectors, each with what is below it. */
final class SelectorResolution implements SelectorResolver {
    private final Catalog catalog;
    private final Naming naming;
    private final Predicate<String> classNames;
    /** What of stored runs is to be done again, by the run's id. */
    private final Map<String, Again> asked = new HashMap<>();

    SelectorResolution(Catalog catalog, Naming naming, Predicate<String> classNames) {
        this.catalog = catalog;
        this.naming = naming;
        this.classNames = classNames;
    }

    static boolean isExperimentsClass(Class<?> candidate) {
        return AnnotationSupport.isAnnotated(candidate, Experiments.class);
    }

    @Override
    public Resolution resolve(ClassSelector selector, Context context) {
        if (!classNames.test(selector.getClassName())) {
            return Resolution.unresolved();
        }
        Class<?> testClass = selector.getJavaClass();
        if (!isExperimentsClass(testClass)) {
            return Resolution.unresolved();
        }
        return matched(
                context.addToParent(engine -> Optional.of(new ClassDescriptor(engine.getUniqueId(), testClass))),
                node -> inFolder(Optional.of(testClass), () -> catalog.folder(annotation(testClass))));
    }

    @Override
    public Resolution resolve(DirectorySelector selector, Context context) {
        return Resolution.selectors(inFolder(Optional.empty(), () -> catalog.path(selector.getRawPath())));
    }

    @Override
    public Resolution resolve(FileSelector selector, Context context) {
        Path file = catalog.path(selector.getRawPath());
        if (!Catalog.isExperimentFile(file)) {
            return Resolution.unresolved();
        }
        OfFile experiment = new OfFile(Optional.empty(), file);
        Optional<Integer> line = selector.getPosition().map(FilePosition::getLine);
        if (line.isEmpty() || !(context.resolve(experiment).orElse(null) instanceof ExperimentDescriptor node)) {
            return Resolution.selectors(Set.of(experiment));
        }
        return Resolution.selectors(variantsAt(experiment, node.experiment(), line.get()));
    }

    @Override
    public Resolution resolve(UniqueIdSelector selector, Context context) {
        Iterator<Segment> segments = selector.getUniqueId().getSegments().iterator();
        if (!segments.hasNext() || !segments.next().getType().equals("engine") || !segments.hasNext()) {
            return Resolution.unresolved();
        }
        Optional<Class<?>> owner = Optional.empty();
        Segment segment = segments.next();
        if (segment.getType().equals(ClassDescriptor.SEGMENT)) {
            owner = loaded(segment.getValue());
            if (owner.isEmpty()) {
                return Resolution.unresolved();
            }
            if (!segments.hasNext()) {
                return Resolution.selectors(Set.of(selectClass(owner.get())));
            }
            segment = segments.next();
        }
        if (!segment.getType().equals(ExperimentDescriptor.SEGMENT)) {
            return Resolution.unresolved();
        }
        return Resolution.selectors(Set.of(below(owner, segment.getValue(), segments)));
    }

    @Override
    public Resolution resolve(DiscoverySelector selector, Context context) {
        if (selector instanceof OfFile file) {
            return experiment(file, context);
        }
        if (selector instanceof OfProblem problem) {
            return matched(
                    add(problem.owner(), context, parent -> problem(parent, problem.name(), null, problem.problem())),
                    node -> Set.of());
        }
        if (selector instanceof OfVariant variant) {
            return variant(variant, context);
        }
        if (selector instanceof OfRun run) {
            return run(run, context);
        }
        if (selector instanceof OfStored stored) {
            OfFile file = stored.experiment();
            return matched(
                    add(file.owner(), context, parent -> experiment(parent, file)),
                    node -> Set.of(new OfStoredVariant(stored)));
        }
        if (selector instanceof OfStoredVariant variant) {
            return storedVariant(variant, context);
        }
        if (selector instanceof OfStoredRun run) {
            return storedRun(run, context);
        }
        return Resolution.unresolved();
    }

    private Resolution experiment(OfFile selector, Context context) {
        return matched(
                add(selector.owner(), context, parent -> experiment(parent, selector)),
                node -> node instanceof ExperimentDescriptor read
                        ? variants(selector, read.experiment().variants().stream())
                        : Set.<OfVariant>of());
    }

    private ExperimentNode experiment(TestDescriptor parent, OfFile selector) {
        Path file = selector.file();
        String id = selector.owner().isPresent() ? Catalog.name(file) : catalog.id(file);
        try {
            return new ExperimentDescriptor(
                    parent.getUniqueId().append(ExperimentDescriptor.SEGMENT, id), catalog.read(file));
        } catch (InvalidExperiment e) {
            return problem(parent, id, source(file, e), e);
        } catch (UsageError e) {
            return problem(parent, id, FileSource.from(file.toFile()), e);
        }
    }

    private static FileSource source(Path file, InvalidExperiment problem) {
        FileSource source = FileSource.from(file.toFile());
        return problem.problems().stream()
                .filter(each -> each.file().equals(file))
                .findFirst()
                .map(each -> source.withPosition(
                        org.junit.platform.engine.support.descriptor.FilePosition.from(each.line())))
                .orElse(source);
    }

    private Resolution variant(OfVariant selector, Context context) {
        return matched(
                context.addToParent(
                        selector::experiment,
                        parent -> parent instanceof ExperimentDescriptor node
                                ? variant(node, selector.variant())
                                : Optional.empty()),
                node -> runs(selector, node.experiment()));
    }

    private static Optional<VariantDescriptor> variant(ExperimentDescriptor parent, String id) {
        return parent.experiment().variants().stream()
                .filter(variant -> variant.id().equals(id))
                .findFirst()
                .map(variant -> new VariantDescriptor(parent.getUniqueId(), parent.experiment(), variant));
    }

    private Resolution run(OfRun selector, Context context) {
        return matched(
                context.addToParent(
                        selector::variant,
                        parent -> parent instanceof VariantDescriptor node
                                ? Optional.of(new RunDescriptor(
                                        node.getUniqueId(),
                                        node.experiment(),
                                        node.variant(),
                                        selector.repetition(),
                                        naming))
                                : Optional.empty()),
                node -> Set.of());
    }

    private Resolution storedVariant(OfStoredVariant selector, Context context) {
        StoredRun run = selector.stored().run();
        Variant variant = run.variant();
        Variant inTree = new Variant(
                run.variantInTree(),
                variant.planner(),
                variant.implementer(),
                variant.verifier(),
                variant.skills(),
                variant.line());
        return matched(
                context.addToParent(
                        selector::stored,
                        parent -> parent instanceof ExperimentDescriptor node
                                ? Optional.of(new VariantDescriptor(node.getUniqueId(), node.experiment(), inTree))
                                : Optional.empty()),
                node -> Set.of(new OfStoredRun(selector)));
    }

    private Resolution storedRun(OfStoredRun selector, Context context) {
        OfStored stored = selector.variant().stored();
        return matched(
                context.addToParent(
                        selector::variant,
                        parent -> parent instanceof VariantDescriptor node
                                ? Optional.of(new RunDescriptor(
                                        node.getUniqueId(),
                                        node.experiment(),
                                        stored.run(),
                                        beginning(stored.run(), node.experiment(), stored.again()),
                                        naming))
                                : Optional.empty()),
                node -> Set.of());
    }

    /** Asked for when the run begins: by then all selectors were seen. */
    private Beginning beginning(StoredRun run, Experiment experiment, Again again) {
        asked.merge(run.id(), again, Again::and);
        return runs -> {
            Again all = asked.getOrDefault(run.id(), again);
            return all instanceof Again.Resume resume
                    ? runs.resume(run, experiment, resume.from())
                    : runs.recheck(run, experiment, ((Again.Recheck) all).only());
        };
    }

    private OfStored stored(Optional<Class<?>> owner, StoredRun run, Again again) {
        return new OfStored(new OfFile(owner, catalog.file(run)), run, again);
    }

    /** All that the settings choose in a folder; never nothing, so that a typo cannot pass unseen. */
    private Set<ExperimentSelector> inFolder(Optional<Class<?>> owner, Supplier<Path> place) {
        String asked = "settings";
        try {
            asked = catalog.asked();
            Optional<StoredRun> resume = catalog.toResume();
            if (resume.isPresent()) {
                return Set.of(stored(owner, resume.get(), new Again.Resume(catalog.startStep())));
            }
            Optional<StoredRun> recheck = catalog.toRecheck();
            if (recheck.isPresent()) {
                return Set.of(stored(owner, recheck.get(), new Again.Recheck(Set.of())));
            }
            return ordered(catalog.chosen(place.get()).stream().map(file -> new OfFile(owner, file)));
        } catch (UsageError e) {
            return Set.of(new OfProblem(owner, asked, e));
        }
    }

    /**
     * What a unique id means from its experiment on. A node below a run means the latest stored run, of which it is done
     * again; where there is none, a new run.
     */
    private DiscoverySelector below(Optional<Class<?>> owner, String experiment, Iterator<Segment> segments) {
        Path file;
        try {
            file = owner.isPresent()
                    ? catalog.named(catalog.folder(annotation(owner.get())), experiment)
                    : catalog.withId(experiment);
        } catch (UsageError e) {
            return new OfProblem(owner, experiment, e);
        }
        OfFile selector = new OfFile(owner, file);
        if (!segments.hasNext()) {
            return selector;
        }
        OfVariant variant = new OfVariant(selector, segments.next().getValue());
        if (!segments.hasNext()) {
            return variant;
        }
        int repetition = Integer.parseInt(segments.next().getValue());
        List<Segment> below = new ArrayList<>();
        segments.forEachRemaining(below::add);
        Optional<Again> again = Again.of(below);
        Optional<StoredRun> latest =
                again.isEmpty() ? Optional.empty() : catalog.latest(file, variant.variant(), repetition);
        return latest.isEmpty()
                ? new OfRun(variant, repetition)
                : new OfStoredRun(new OfStoredVariant(stored(owner, latest.get(), again.get())));
    }

    /** The variants at a line of the file, or else all: a line above the matrix means the experiment. */
    private static Set<OfVariant> variantsAt(OfFile selector, Experiment experiment, int line) {
        int closest = experiment.variants().stream()
                .mapToInt(Variant::line)
                .filter(start -> start <= line)
                .max()
                .orElse(0);
        return variants(
                selector, experiment.variants().stream().filter(variant -> closest == 0 || variant.line() == closest));
    }

    private static Set<OfVariant> variants(OfFile selector, Stream<Variant> variants) {
        return ordered(variants.map(variant -> new OfVariant(selector, variant.id())));
    }

    private static Set<OfRun> runs(OfVariant selector, Experiment experiment) {
        return ordered(IntStream.rangeClosed(1, experiment.repetitions()).mapToObj(n -> new OfRun(selector, n)));
    }

    private static InvalidExperimentDescriptor problem(
            TestDescriptor parent, String name, @Nullable TestSource source, Exception problem) {
        return new InvalidExperimentDescriptor(
                parent.getUniqueId().append(ExperimentDescriptor.SEGMENT, name), name, source, problem);
    }

    private static <T extends TestDescriptor> Optional<T> add(
            Optional<Class<?>> owner, Context context, Function<TestDescriptor, T> node) {
        return owner.isPresent()
                ? context.addToParent(() -> selectClass(owner.get()), parent -> Optional.of(node.apply(parent)))
                : context.addToParent(parent -> Optional.of(node.apply(parent)));
    }

    private static <T extends TestDescriptor> Resolution matched(
            Optional<T> node, Function<T, Set<? extends DiscoverySelector>> children) {
        return node.map(it -> Resolution.match(Match.exact(it, () -> children.apply(it))))
                .orElseGet(Resolution::unresolved);
    }

    private static <T> Set<T> ordered(Stream<? extends T> elements) {
        return elements.collect(toCollection(LinkedHashSet::new));
    }

    private static Experiments annotation(Class<?> testClass) {
        return AnnotationSupport.findAnnotation(testClass, Experiments.class).orElseThrow();
    }

    private static Optional<Class<?>> loaded(String className) {
        return ReflectionSupport.tryToLoadClass(className)
                .toOptional()
                .filter(SelectorResolution::isExperimentsClass)
                .map(it -> it);
    }
}
