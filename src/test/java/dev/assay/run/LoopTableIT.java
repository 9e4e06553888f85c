package dev.assay.run;

import static dev.assay.run.ScriptedRun.ONE_STEP;
import static dev.assay.run.ScriptedRun.PROCEED;
import static dev.assay.run.ScriptedRun.plan;
import static dev.assay.run.ScriptedRun.step;
import static dev.assay.run.ScriptedRun.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentRequest;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.check.CheckError;
import dev.assay.check.LayerKind;
import dev.assay.experiment.Limits;
import dev.assay.run.ScriptedRun.Reply;
import dev.assay.target.TargetUnavailable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every row of the verdict table, every limit and every rule of whose failure it is, on the real loop with a scripted
 * agent, below the real engine: what the JUnit tree shows, what the rows in PostgreSQL say, and what Allure is given. The
 * three must agree about each leaf, and the rows must be those of {@code loop-table.txt}.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LoopTableIT {
    private static final Map<String, String> EXPECTED = expected();

    private static LoopTable table;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws Exception {
        table = LoopTable.open();
    }

    @AfterAll
    static void stop() {
        table.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"verdicts", "limits", "outcomes", "worldsFailures"})
    void should_show_store_and_report_the_same(String name, Consumer<ScriptedRun> script) throws Exception {
        LoopTable.Shown shown = table.run(folder, script);

        assertThat(shown.disagreements()).isEmpty();
        assertThat(shown.text()).isEqualTo(EXPECTED.get(name));
    }

    @Test
    void should_have_a_case_for_each_expectation() {
        assertThat(Stream.of(verdicts(), limits(), outcomes(), worldsFailures())
                        .flatMap(rows -> rows)
                        .map(row -> (String) row.get()[0]))
                .containsExactlyElementsOf(EXPECTED.keySet());
    }

    /** What stands below each heading of the resource. */
    private static Map<String, String> expected() {
        try (InputStream in = LoopTableIT.class.getResourceAsStream("loop-table.txt")) {
            Map<String, String> sections = new LinkedHashMap<>();
            for (String section : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("(?m)^## ")) {
                int end = section.indexOf('\n');
                sections.put(section.substring(0, end), section.substring(end).strip());
            }
            sections.keySet().removeIf(name -> name.startsWith("#"));
            return sections;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- who says what

    private static Arguments row(String name, Consumer<ScriptedRun> script) {
        return Arguments.of(name, script);
    }

    /** A plan, and what the verifier says in each of its calls; the last one again and again. */
    private static Consumer<ScriptedRun> says(String plan, Object... verdicts) {
        return run -> {
            int[] asked = {0};
            run.agent(request -> switch (request.phase()) {
                case PLAN -> plan;
                case REPLAN -> "{\"unchanged\":true}";
                case VERIFY -> verdicts[Math.min(asked[0]++, verdicts.length - 1)];
                default -> "done";
            });
        };
    }

    private static Consumer<ScriptedRun> but(Phase phase, Function<AgentRequest, Object> answers) {
        return run -> run.agent(
                request -> request.phase() == phase ? answers.apply(request) : ScriptedRun.worksWell(request));
    }

    private static Consumer<ScriptedRun> leaking(IntPredicate clean, Consumer<ScriptedRun> other) {
        return other.andThen(run -> run.layer(
                LayerKind.RLS,
                (subject, checks) -> checks.check(
                        "leak", "leak", probe -> probe.expect(clean.test(run.schema), "user B reads", "no", "yes"))));
    }

    private static Consumer<ScriptedRun> breaking(LayerKind kind, Consumer<ScriptedRun> other) {
        return other.andThen(run -> run.layer(
                kind,
                (subject, checks) -> checks.check("broken", "broken", probe -> {
                    throw new CheckError("it could not be asked");
                })));
    }

    private static Consumer<ScriptedRun> throwing(LayerKind kind, RuntimeException thrown) {
        return but(Phase.FIX, request -> "")
                .andThen(run -> run.layer(kind, (subject, checks) -> {
                    throw thrown;
                }));
    }

    private static final String SEARCH = verdict("FAIL", "WEB_SEARCH", ",\"query\":\"q\"");
    private static final String RETRY = verdict("FAIL", "RETRY", "");
    private static final String MODIFY = verdict("PASS", "MODIFY_PLAN", "");

    private static String diagnostic(String command) {
        return verdict("FAIL", "RUN_DIAGNOSTIC", ",\"command\":\"" + command + "\"");
    }

    private static Consumer<ScriptedRun> diagnosing(Consumer<ScriptedRun> other) {
        return other.andThen(run -> run.diagnostics = List.of("exit 3"));
    }

    static Stream<Arguments> verdicts() {
        return Stream.of(
                row("PROCEED", says(plan(step("a"), step("b")), PROCEED)),
                row("RETRY on clean checks", says(plan(step("a")), RETRY, PROCEED)),
                row("WEB_SEARCH", says(plan(step("a")), SEARCH, PROCEED)),
                row("RUN_DIAGNOSTIC", diagnosing(says(plan(step("a")), diagnostic("exit 3"), PROCEED))),
                row("RUN_DIAGNOSTIC that is refused", says(plan(step("a")), diagnostic("rm x"), PROCEED)),
                row("SKIP", says(plan(step("a"), step("b")), verdict("FAIL", "SKIP", ",\"reason\":\"r\""), PROCEED)),
                row("MODIFY_PLAN on clean checks", says(plan(step("a"), step("b")), MODIFY, PROCEED)),
                row(
                        "MODIFY_PLAN with a failed check",
                        leaking(schema -> schema > 1, says(plan(step("a")), MODIFY, PROCEED))),
                row(
                        "PROCEED with a failed check",
                        leaking(schema -> schema > 1, says(plan(step("a")), PROCEED, PROCEED))),
                row(
                        "PARTIAL and PROCEED",
                        says(plan(step("a"), step("b")), verdict("PARTIAL", "PROCEED", ""), PROCEED)),
                row("malformed once", says(plan(step("a")), "fine", PROCEED)),
                row("an illegal pair, twice: no verdict", says(plan(step("a")), verdict("FAIL", "PROCEED", ""))),
                row(
                        "no verdict with a failed check",
                        leaking(schema -> schema > 1, says(plan(step("a")), "fine", "fine", PROCEED))));
    }

    static Stream<Arguments> limits() {
        String five = plan(step("a"), step("b"), step("c"), step("d"), step("e"));
        return Stream.of(
                row("2 retries", says(plan(step("a"), step("b")), RETRY)),
                row("2 retries, of refused diagnostics", says(plan(step("a")), diagnostic("rm x"))),
                row("2 retries, of failed checks", leaking(schema -> false, says(plan(step("a")), PROCEED))),
                row("7 resolutions", says(plan(step("a")), SEARCH)),
                row("3 replans", says(five, MODIFY)),
                row("a plan, asked for twice", but(Phase.PLAN, request -> "no plan")),
                row(
                        "a plan, right at the second time",
                        but(Phase.PLAN, request -> request.attempt() == 1 ? "no" : ONE_STEP)),
                row("2 fixes", fixes(schema -> false)),
                row("1 fix that helps", fixes(schema -> schema > 1)),
                row("limits.cost", costs("0.50")));
    }

    private static Consumer<ScriptedRun> fixes(IntPredicate works) {
        return run -> {
            run.agent(ScriptedRun::worksWell);
            run.layer(
                    LayerKind.SMOKE,
                    (subject, checks) -> checks.check(
                            "build", "build", probe -> probe.expect(works.test(run.schema), "no build", "0", "1")));
        };
    }

    private static Consumer<ScriptedRun> costs(String limit) {
        return run -> {
            Limits standard = Limits.DEFAULT;
            run.agent(ScriptedRun::worksWell);
            run.costOfACall = Optional.of(new BigDecimal("0.30"));
            run.limits = new Limits(
                    standard.retries(),
                    standard.resolutions(),
                    standard.plan(),
                    standard.agent(),
                    standard.tool(),
                    standard.check(),
                    Optional.of(new BigDecimal(limit)));
        };
    }

    static Stream<Arguments> outcomes() {
        List<Arguments> rows = new ArrayList<>(List.of(
                row(
                        "a check failed",
                        leaking(schema -> false, says(plan(step("a")), verdict("FAIL", "SKIP", ",\"reason\":\"r\"")))),
                row("a check could not be asked", breaking(LayerKind.API, but(Phase.FIX, request -> ""))),
                row(
                        "failed beats aborted",
                        breaking(LayerKind.API, leaking(schema -> false, but(Phase.FIX, request -> "")))),
                row(
                        "a layer that was left out",
                        but(Phase.FIX, request -> "").andThen(run -> run.partial = Set.of("smoke"))),
                row(
                        "the target goes away",
                        throwing(LayerKind.RLS, new TargetUnavailable("it is gone", new IOException()))),
                row("a bug of Assay's", throwing(LayerKind.RLS, new IllegalStateException("a bug"))),
                row("planner out of time", but(Phase.PLAN, request -> Ending.TIMED_OUT)),
                row("verifier out of time", but(Phase.VERIFY, request -> Ending.TIMED_OUT)),
                row(
                        "research out of time",
                        says(plan(step("a")), SEARCH, PROCEED)
                                .andThen(run -> run.otherwise(before -> request -> request.phase() == Phase.RESEARCH
                                        ? Ending.TIMED_OUT
                                        : before.apply(request))))));
        for (Ending ending : List.of(Ending.TIMED_OUT, Ending.IDLE)) {
            rows.add(row(ending + " after work", but(Phase.IMPLEMENT, request -> Reply.endedAfterWork(ending))));
            rows.add(row(ending + " without work", but(Phase.IMPLEMENT, request -> ending)));
        }
        for (Ending ending : List.of(
                Ending.CONTEXT_FULL, Ending.LIMIT_TURNS, Ending.SCHEMA_FAILED, Ending.REFUSED, Ending.FORBIDDEN)) {
            rows.add(row(
                    ending + " and again",
                    but(Phase.IMPLEMENT, request -> request.attempt() == 1 ? Reply.endedAfterWork(ending) : "done")));
        }
        for (Phase phase : List.of(Phase.PLAN, Phase.IMPLEMENT, Phase.VERIFY)) {
            rows.add(row("LIMIT_BUDGET in " + phase.id(), but(phase, request -> Ending.LIMIT_BUDGET)));
        }
        return rows.stream();
    }

    static Stream<Arguments> worldsFailures() {
        return Stream.of(
                        Ending.AUTH,
                        Ending.BILLING,
                        Ending.BUDGET,
                        Ending.RATE_LIMITED,
                        Ending.OVERLOADED,
                        Ending.API_ERROR,
                        Ending.MODEL_NOT_FOUND,
                        Ending.INTERRUPTED,
                        Ending.CLI_USAGE,
                        Ending.CLI_CRASHED,
                        Ending.IDLE_AT_START)
                .map(ending ->
                        row("the world's: " + ending, but(Phase.IMPLEMENT, request -> Reply.endedAfterWork(ending))));
    }
}
