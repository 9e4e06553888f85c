package dev.assay.supabase.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TotpTest {
    /** The secret of the appendix of RFC 6238, in Base32. */
    private static final Totp RFC = new Totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");

    @Test
    void should_refuse_a_code_of_another_time_or_another_secret() {
        Instant now = Instant.ofEpochSecond(1111111109);
        assertThat(RFC.matches("", now)).isFalse();
        assertThat(RFC.matches("000000", now)).isFalse();
        assertThat(RFC.matches(RFC.code(now.minusSeconds(61)), now)).isFalse();
        assertThat(RFC.matches(Totp.random(new SecureRandom()).code(now) + "0", now))
                .isFalse();
    }

    @Test
    void should_make_the_codes_of_rfc_6238() {
        // the last six of its eight digits
        assertThat(RFC.code(Instant.ofEpochSecond(59))).isEqualTo("287082");
        assertThat(RFC.code(Instant.ofEpochSecond(1111111109))).isEqualTo("081804");
        assertThat(RFC.code(Instant.ofEpochSecond(20000000000L))).isEqualTo("353130");
        Instant now = Instant.ofEpochSecond(1111111109);
        assertThat(RFC.matches("081804", now)).isTrue();
        assertThat(RFC.matches("081804", now.plusSeconds(30))).isTrue();
        assertThat(RFC.matches("081804", now.minusSeconds(30))).isTrue();
    }

    @Test
    void should_give_apps_a_link() {
        assertThat(new Totp("ABC").uri("127.0.0.1:3000", "ann+x@example.com"))
                .isEqualTo("otpauth://totp/127.0.0.1:3000:ann%2Bx@example.com"
                        + "?algorithm=SHA1&digits=6&issuer=127.0.0.1:3000&period=30&secret=ABC");
        assertThat(Totp.random(new SecureRandom()).secret()).matches("[A-Z2-7]{32}");
    }
}
