package dev.assay.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.process.ClosingDown;
import org.junit.jupiter.api.Test;

class FailuresTest {
    @Test
    void should_take_what_ctrl_c_stops_for_interrupted_and_not_for_a_bug() {
        assertThat(Failures.cause(new ClosingDown("node"))).isEqualTo(Cause.INTERRUPTED);
        assertThat(Failures.message(new ClosingDown("node"))).startsWith("Cannot start 'node'");
        assertThat(Failures.cause(new IllegalStateException("a slip"))).isEqualTo(Cause.HARNESS_BUG);
    }
}
