package dev.assay.supabase.realtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateTest {
    @Test
    void should_refuse_what_is_over_the_average_of_a_minute_until_it_is_past() {
        AtomicLong now = new AtomicLong(TimeUnit.SECONDS.toNanos(-30));
        Rate rate = new Rate(2, now::get);

        assertThat(rate.allows(100)).isTrue();
        now.addAndGet(TimeUnit.SECONDS.toNanos(30));
        assertThat(rate.allows(20)).isTrue();
        assertThat(rate.allows(1)).isFalse();
        now.addAndGet(TimeUnit.SECONDS.toNanos(31));
        assertThat(rate.allows(100)).isTrue();
        assertThat(rate.allows(1)).isFalse();
    }
}
