package dev.assay.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.tuple;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentResult;
import dev.assay.agent.CanonicalTool;
import dev.assay.agent.Ending;
import dev.assay.process.Exit;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What every reader of a stream must bear, tried on all that was captured of its CLI. */
public abstract class StreamContract {
    private static final JsonMapper JSON = JsonMapper.shared();

    /** Whether a line of the CLI's own may give no event, such as a piece of a thought. */
    protected abstract boolean mayBeSilent(JsonNode line);

    protected abstract CliStream open();

    /** The names of all captures that lie beside a test. */
    static final class Captures implements ArgumentsProvider {
        @Override
        public Stream<Arguments> provideArguments(ExtensionContext context) throws IOException, URISyntaxException {
            URL readme = Objects.requireNonNull(context.getRequiredTestClass().getResource("README.md"));
            Path folder = Objects.requireNonNull(Path.of(readme.toURI()).getParent());
            try (Stream<Path> files = Files.walk(folder, 2)) {
                return files
                        .map(file -> folder.relativize(file).toString())
                        .filter(name -> name.endsWith(".jsonl"))
                        .map(name -> name.substring(0, name.length() - ".jsonl".length()))
                        .sorted()
                        .map(Arguments::of)
                        .toList()
                        .stream();
            }
        }
    }

    @ParameterizedTest
    @ArgumentsSource(Captures.class)
    void should_lose_no_line(String capture) {
        CliStream stream = open();
        for (byte[] line : new Capture(getClass(), capture).lines()) {
            List<AgentEvent> events = stream.read(line);
            if (events.isEmpty()) {
                assertThat(mayBeSilent(JSON.readTree(line)))
                        .as(new String(line, UTF_8))
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @ArgumentsSource(Captures.class)
    void should_close_each_call_that_it_opens_once(String capture) {
        Set<String> open = new HashSet<>();
        for (AgentEvent event : new Capture(getClass(), capture).replay(open())) {
            if (event instanceof AgentEvent.ToolStarted started) {
                assertThat(open.add(started.callId())).as(started.callId()).isTrue();
            } else if (event instanceof AgentEvent.ToolFinished finished) {
                assertThat(open.remove(finished.callId())).as(finished.callId()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ArgumentsSource(Captures.class)
    void should_read_the_same_whatever_the_order_of_keys(String capture) {
        CliStream inOrder = open();
        CliStream shuffled = open();
        Random random = new Random(7);
        for (byte[] line : new Capture(getClass(), capture).lines()) {
            List<AgentEvent> events = inOrder.read(line);
            if (!(events.size() == 1 && events.get(0) instanceof AgentEvent.Unparsed)) {
                JsonNode other = shuffled(JSON.readTree(line), random);
                assertThat(shuffled.read(other.toString().getBytes(UTF_8))).hasSameSizeAs(events);
            }
        }
        AgentResult expected = Capture.finish(inOrder, 0, Exit.Limit.NONE);
        AgentResult found = Capture.finish(shuffled, 0, Exit.Limit.NONE);
        assertThat(found.ending()).isEqualTo(expected.ending());
        assertThat(found.usage()).isEqualTo(expected.usage());
        assertThat(found.text()).isEqualTo(expected.text());
    }

    @ParameterizedTest
    @ArgumentsSource(Captures.class)
    void should_bear_lines_that_are_cut_or_changed(String capture) {
        CliStream stream = open();
        Random random = new Random(7);
        for (byte[] line : new Capture(getClass(), capture).lines()) {
            for (int i = 0; i < 40 && line.length > 0; i++) {
                byte[] broken = Arrays.copyOf(line, i % 2 == 0 ? line.length : random.nextInt(line.length));
                if (i % 2 == 0) {
                    // Types of values change: a list where an object was, and the like.
                    broken = new String(line, UTF_8)
                            .replaceFirst(":(\\{|\\[|\"|true|false|null|\\d+)", i % 4 == 0 ? ":[$1" : ":1,\"other\":$1")
                            .getBytes(UTF_8);
                    broken[random.nextInt(broken.length)] = (byte) random.nextInt(128);
                }
                byte[] input = broken;
                assertThatCode(() -> stream.read(input))
                        .as(new String(input, UTF_8))
                        .doesNotThrowAnyException();
            }
        }
        assertThatCode(() -> Capture.finish(stream, 0, Exit.Limit.NONE)).doesNotThrowAnyException();
    }

    /** As where a process is killed, or a disk is full, in the middle of its last word. */
    @ParameterizedTest
    @ArgumentsSource(Captures.class)
    void should_take_a_last_line_that_is_cut_at_any_byte_for_no_last_word(String capture) {
        List<byte[]> lines = new Capture(getClass(), capture).lines();
        if (lines.isEmpty() || JsonLine.of(lines.get(lines.size() - 1)).object().isEmpty()) {
            return;
        }
        byte[] last = lines.get(lines.size() - 1);
        CliStream stream = open();
        lines.subList(0, lines.size() - 1).forEach(stream::read);
        Ending before = Capture.finish(stream, 0, Exit.Limit.NONE).ending();
        int step = Math.max(1, last.length / 400); // of a long one not quite each
        for (int length = 1; length < last.length; length += step) {
            assertThat(stream.read(Arrays.copyOf(last, length)))
                    .singleElement()
                    .isInstanceOf(AgentEvent.Unparsed.class);
        }
        assertThat(Capture.finish(stream, 0, Exit.Limit.NONE).ending()).isEqualTo(before);
    }

    @ParameterizedTest
    @ArgumentsSource(Captures.class)
    void should_bear_any_kind_of_value_in_any_field(String capture) {
        List<String> values =
                List.of("null", "7", "\"text\"", "[[]]", "{\"a\":{}}", "true", "1e400", "99999999999999999999");
        for (byte[] line : new Capture(getClass(), capture).lines()) {
            String text = new String(line, UTF_8);
            for (String field : fields(line)) {
                for (String value : values) {
                    CliStream stream = open();
                    byte[] changed = text.replace("\"" + field + "\":", "\"" + field + "\":" + value + ",\"was\":")
                            .getBytes(UTF_8);
                    assertThatCode(() -> {
                                stream.read(line);
                                stream.read(changed);
                                stream.openCalls();
                                Capture.finish(stream, 1, Exit.Limit.NONE);
                            })
                            .as(new String(changed, UTF_8))
                            .doesNotThrowAnyException();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\":\"assist", "Error: no", "[1,2]", "null", "{} {}", "{\"a\":\"\u0001\"}"})
    void should_pass_on_what_it_cannot_read(String line) {
        assertThat(open().read(line.getBytes(UTF_8))).containsExactly(new AgentEvent.Unparsed(line));
    }

    @Test
    void should_name_a_type_that_it_does_not_know() {
        assertThat(open().read("{\"type\":\"new_thing\"}".getBytes(UTF_8)))
                .containsExactly(new AgentEvent.Unknown("new_thing"));
        assertThat(open().read("{\"type\":7}".getBytes(UTF_8))).containsExactly(new AgentEvent.Unknown(""));
    }

    @Test
    void should_not_take_silence_for_success() {
        assertThat(Capture.finish(open(), 0, Exit.Limit.NONE).ending()).isEqualTo(Ending.INTERRUPTED);
        assertThat(Capture.finish(open(), 1, Exit.Limit.NONE).ending()).isEqualTo(Ending.CLI_USAGE);
        assertThat(Capture.finish(open(), 137, Exit.Limit.NONE).ending()).isEqualTo(Ending.CLI_CRASHED);
        assertThat(Capture.finish(open(), 143, Exit.Limit.STOPPED).ending()).isEqualTo(Ending.INTERRUPTED);
        AgentResult silent = Capture.finish(open(), 143, Exit.Limit.STARTUP);
        assertThat(silent.ending()).isEqualTo(Ending.IDLE_AT_START);
        assertThat(silent.message()).contains("IDLE").contains("STARTUP");
    }

    /** How a call ended that printed a capture; only one that did not complete has something to say of it. */
    protected final void assertEnds(String capture, int exitCode, Exit.Limit fired, Ending ending) {
        CliStream stream = open();
        new Capture(getClass(), capture).replay(stream);
        AgentResult result = Capture.finish(stream, exitCode, fired);
        assertThat(result.ending()).isEqualTo(ending);
        assertThat(result.message().isEmpty()).isEqualTo(ending == Ending.COMPLETED);
    }

    /** The calls of the session that every CLI was captured with: it writes a file and lists the folder. */
    protected static void assertWritesAndRuns(List<AgentEvent> events) {
        assertThat(Capture.all(events, AgentEvent.ToolStarted.class))
                .extracting(
                        AgentEvent.ToolStarted::canonical,
                        AgentEvent.ToolStarted::path,
                        AgentEvent.ToolStarted::command)
                .containsExactly(
                        tuple(CanonicalTool.FILE_WRITE, "/tmp/app/hello.txt", null),
                        tuple(CanonicalTool.SHELL, null, "ls -1"));
    }

    private static Set<String> fields(byte[] line) {
        Set<String> fields = new HashSet<>();
        try {
            collect(JSON.readTree(line), fields);
        } catch (RuntimeException e) {
            return Set.of(); // a line that is no JSON has no fields
        }
        return fields;
    }

    private static void collect(JsonNode node, Set<String> fields) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            fields.add(field.getKey());
        }
        for (JsonNode child : node) {
            collect(child, fields);
        }
    }

    private static JsonNode shuffled(JsonNode node, Random random) {
        if (node instanceof ObjectNode object) {
            List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(object.properties());
            Collections.shuffle(fields, random);
            ObjectNode other = JSON.createObjectNode();
            fields.forEach(field -> other.set(field.getKey(), shuffled(field.getValue(), random)));
            return other;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode other = JSON.createArrayNode();
            array.forEach(child -> other.add(shuffled(child, random)));
            return other;
        }
        return node;
    }
}
