package dev.assay.supabase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    private final ProjectKeys keys = ProjectKeys.demo();
    private final ApiKeys apiKeys = new ApiKeys(keys, false, Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void should_refuse_an_unsigned_token() {
        String none = new PlainJWT(claims("service_role").build()).serialize();
        refused(() -> bearer(none), "PGRST301");
        refused(() -> bearer(none + "x"), "PGRST301");
        refused(() -> apiKeys.caller(Optional.of(none), Optional.empty()), "PGRST301");
    }

    @Test
    void should_refuse_a_token_of_another_key() throws Exception {
        String forged = sign(ProjectKeys.random().jwtSecret(), JWSAlgorithm.HS256, claims("service_role"));
        refused(() -> bearer(forged), "No suitable key");
    }

    @Test
    void should_refuse_a_token_of_another_algorithm() throws Exception {
        String secret = "a".repeat(64);
        ApiKeys other = new ApiKeys(
                new ProjectKeys(secret, keys.anonKey(), keys.serviceKey(), "sb_publishable_x", "sb_secret_x"),
                false,
                Clock.systemUTC());
        String token = sign(secret, JWSAlgorithm.HS512, claims("authenticated"));
        refused(() -> other.caller(Optional.empty(), Optional.of("Bearer " + token)), "algorithm");
    }

    @Test
    void should_refuse_a_token_out_of_its_time() throws Exception {
        refused(() -> bearer(sign(claims("authenticated").expirationTime(at(-31)))), "JWT expired");
        refused(() -> bearer(sign(claims("authenticated").notBeforeTime(at(60)))), "JWT not yet valid");
        refused(() -> bearer(sign(claims("authenticated").issueTime(at(60)))), "JWT issued at future");
        assertThat(bearer(sign(claims("authenticated").expirationTime(at(-20)))).role())
                .isEqualTo("authenticated");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "a.b", "a.b.c", "..", "sb_secret_wrong", "null", "undefined", "a.b.c.d"})
    void should_refuse_what_is_no_token(String token) {
        refused(() -> bearer(token), "PGRST301");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "sb_secret_wrong", "sb_publishable_", "service_role"})
    void should_refuse_an_unknown_key(String key) {
        refused(() -> apiKeys.caller(Optional.of(key), Optional.empty()), "Invalid API key");
    }

    @Test
    void should_refuse_an_unknown_key_even_beside_a_good_token() throws Exception {
        String token = sign(claims("authenticated"));
        refused(
                () -> apiKeys.caller(Optional.of("sb_secret_wrong"), Optional.of("Bearer " + token)),
                "Invalid API key");
    }

    @Test
    void should_refuse_a_request_without_key_only_when_strict() {
        ApiKeys strict = new ApiKeys(keys, true, Clock.fixed(NOW, ZoneOffset.UTC));
        refused(() -> strict.caller(Optional.empty(), Optional.empty()), "No API key found in request");
        assertThat(apiKeys.caller(Optional.empty(), Optional.empty())).isEqualTo(Caller.anonymous());
    }

    @Test
    void should_know_the_keys_of_the_project() {
        for (ProjectKeys project : new ProjectKeys[] {keys, ProjectKeys.random()}) {
            ApiKeys own = new ApiKeys(project, true, Clock.fixed(NOW, ZoneOffset.UTC));
            assertThat(own.caller(Optional.of(project.anonKey()), Optional.empty())
                            .role())
                    .isEqualTo("anon");
            assertThat(own.caller(Optional.of(project.publishableKey()), Optional.empty())
                            .role())
                    .isEqualTo("anon");
            assertThat(own.caller(Optional.of(project.serviceKey()), Optional.empty())
                            .role())
                    .isEqualTo("service_role");
            assertThat(own.caller(Optional.of(project.secretKey()), Optional.of("Bearer " + project.secretKey()))
                            .role())
                    .isEqualTo("service_role");
        }
    }

    @Test
    void should_let_the_token_win_over_the_key() throws Exception {
        Caller caller = apiKeys.caller(
                Optional.of(keys.serviceKey()),
                Optional.of("bearer " + sign(claims("authenticated").subject("u1"))));
        assertThat(caller.role()).isEqualTo("authenticated");
        assertThat(caller.claims()).contains("\"sub\":\"u1\"");
    }

    private Caller bearer(String token) {
        return apiKeys.caller(Optional.of(keys.anonKey()), Optional.of("Bearer " + token));
    }

    private static JWTClaimsSet.Builder claims(String role) {
        return new JWTClaimsSet.Builder().claim("role", role);
    }

    private static Date at(int seconds) {
        return Date.from(NOW.plusSeconds(seconds));
    }

    private String sign(JWTClaimsSet.Builder claims) throws Exception {
        return sign(keys.jwtSecret(), JWSAlgorithm.HS256, claims);
    }

    private static String sign(String secret, JWSAlgorithm algorithm, JWTClaimsSet.Builder claims) throws Exception {
        SignedJWT token = new SignedJWT(new JWSHeader(algorithm), claims.build());
        token.sign(new MACSigner(secret));
        return token.serialize();
    }

    private static void refused(ThrowingCallable call, String why) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RequestRefused.class, refused -> {
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.json()).contains(why);
        });
    }
}
