package dev.assay.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.experiment.Limits;
import dev.assay.run.Verdict.Recommendation;
import dev.assay.run.Verdict.Status;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.JsonNodeFactory;

class ResolverTest {
    private static final List<String> CLEAN = List.of();
    private static final List<String> LEAK = List.of("user B can read a row of todos");

    private final Resolver resolver = new Resolver(Limits.DEFAULT, List.of("npm test"));

    @Test
    void should_retry_when_the_verifier_proceeds_but_an_early_check_failed() {
        Resolution resolution = resolver.resolve(verdict(Status.PASS, Recommendation.PROCEED), LEAK, true);

        assertThat(resolution).isEqualTo(new Resolution.Retry(LEAK));
    }

    @Test
    void should_go_by_the_checks_when_there_is_no_verdict() {
        assertThat(resolver.resolve(Optional.empty(), LEAK, true)).isInstanceOf(Resolution.Retry.class);
        assertThat(resolver.resolve(Optional.empty(), CLEAN, true)).isEqualTo(new Resolution.Proceed());
    }

    @Test
    void should_follow_a_verifier_that_says_retry_on_clean_checks() {
        Resolution resolution = resolver.resolve(verdict(Status.FAIL, Recommendation.RETRY), CLEAN, true);

        assertThat(resolution).isEqualTo(new Resolution.Retry(List.of("an issue")));
    }

    @Test
    void should_give_the_step_up_after_two_retries() {
        Optional<Verdict> retry = verdict(Status.FAIL, Recommendation.RETRY);
        resolver.resolve(retry, CLEAN, true);
        resolver.resolve(retry, CLEAN, true);

        assertThat(resolver.hasRetries()).isFalse();
        assertThat(resolver.resolve(retry, CLEAN, true)).isInstanceOf(Resolution.GiveUp.class);
    }

    @Test
    void should_give_the_step_up_after_seven_resolutions_of_any_kind() {
        for (int i = 0; i < 7; i++) {
            assertThat(resolver.resolve(verdict(Status.FAIL, Recommendation.WEB_SEARCH), CLEAN, true))
                    .isInstanceOf(Resolution.Search.class);
        }

        assertThat(resolver.resolve(verdict(Status.FAIL, Recommendation.WEB_SEARCH), CLEAN, true))
                .isInstanceOf(Resolution.GiveUp.class);
    }

    @Test
    void should_treat_a_diagnostic_that_is_not_on_the_list_like_a_retry() {
        Verdict asked = new Verdict(
                Status.FAIL,
                Recommendation.RUN_DIAGNOSTIC,
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.of("rm -rf /"),
                Optional.empty(),
                JsonNodeFactory.instance.objectNode());

        assertThat(resolver.resolve(Optional.of(asked), CLEAN, true))
                .isInstanceOfSatisfying(
                        Resolution.Retry.class,
                        retry -> assertThat(retry.findings())
                                .singleElement()
                                .asString()
                                .contains("rm -rf /")
                                .contains("was not run"));
    }

    @Test
    void should_run_a_diagnostic_of_the_list() {
        assertThat(resolver.resolve(verdict(Status.FAIL, Recommendation.RUN_DIAGNOSTIC), CLEAN, true))
                .isInstanceOfSatisfying(
                        Resolution.Diagnose.class,
                        diagnose -> assertThat(diagnose.command()).isEqualTo("npm test"));
    }

    @Test
    void should_treat_a_changed_plan_like_a_retry_when_the_replan_budget_is_spent() {
        assertThat(resolver.resolve(verdict(Status.PARTIAL, Recommendation.MODIFY_PLAN), CLEAN, false))
                .isInstanceOf(Resolution.Retry.class);
    }

    @Test
    void should_take_a_step_for_done_only_with_clean_checks_when_the_plan_changes() {
        assertThat(resolver.resolve(verdict(Status.PASS, Recommendation.MODIFY_PLAN), LEAK, true))
                .isEqualTo(new Resolution.ModifyUnfinished(List.of("user B can read a row of todos", "an issue")));
        assertThat(resolver.resolve(verdict(Status.PASS, Recommendation.MODIFY_PLAN), CLEAN, true))
                .isEqualTo(new Resolution.ModifyPlan());
    }

    @Test
    void should_count_a_changed_plan_as_a_resolution_and_not_as_a_retry() {
        for (int i = 0; i < 7; i++) {
            resolver.resolve(verdict(Status.FAIL, Recommendation.MODIFY_PLAN), LEAK, true);
        }

        assertThat(resolver.resolve(verdict(Status.FAIL, Recommendation.MODIFY_PLAN), LEAK, true))
                .isEqualTo(new Resolution.GiveUp("the step is given up after 0 of 2 retries and 7 of 7 resolutions"));
    }

    @Test
    void should_try_an_attempt_that_did_nothing_once_more_and_then_give_the_step_up() {
        assertThat(resolver.nothingDone("it fell silent")).isEqualTo(new Resolution.Retry(List.of("it fell silent")));
        assertThat(resolver.nothingDone("it fell silent")).isInstanceOf(Resolution.GiveUp.class);
    }

    @Test
    void should_count_an_attempt_that_failed_as_a_retry() {
        resolver.failed("the context was full");
        resolver.failed("the context was full");

        assertThat(resolver.failed("the context was full")).isInstanceOf(Resolution.GiveUp.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Recommendation.class,
            names = {"RETRY", "WEB_SEARCH", "RUN_DIAGNOSTIC", "SKIP"})
    void should_refuse_a_pass_that_does_not_go_on(Recommendation recommendation) {
        assertThat(verdict(Status.PASS, recommendation).orElseThrow().complaint())
                .isPresent();
    }

    @Test
    void should_refuse_a_failure_that_proceeds() {
        assertThat(verdict(Status.FAIL, Recommendation.PROCEED).orElseThrow().complaint())
                .contains("FAIL cannot go with PROCEED");
    }

    private static Optional<Verdict> verdict(Status status, Recommendation recommendation) {
        return Optional.of(new Verdict(
                status,
                recommendation,
                recommendation == Recommendation.PROCEED ? List.of() : List.of("an issue"),
                List.of(),
                Optional.of("rls update policy"),
                Optional.of("npm test"),
                Optional.of("not needed"),
                JsonNodeFactory.instance.objectNode()));
    }
}
