package dev.assay.supabase.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.auth.AuthProject.Answer;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

class FactorsTest {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    @RegisterExtension
    final AuthProject auth = new AuthProject(SUPABASE);

    private String ann() throws Exception {
        return auth.post("/signup", AuthProject.ANN).text("access_token");
    }

    private Answer call(String method, String path, String token, String body) throws Exception {
        return auth.send(method, path, token, body);
    }

    private Answer enroll(String token, String name) throws Exception {
        return call("POST", "/factors", token, "{\"factor_type\":\"totp\",\"friendly_name\":\"" + name + "\"}");
    }

    private Answer verify(String token, Answer factor, String code) throws Exception {
        String path = "/factors/" + factor.text("id");
        String challenge = call("POST", path + "/challenge", token, "").text("id");
        return call(
                "POST", path + "/verify", token, "{\"challenge_id\":\"" + challenge + "\",\"code\":\"" + code + "\"}");
    }

    private static String code(Answer factor) {
        return new Totp(factor.body().at("/totp/secret").asString()).code(Instant.now());
    }

    private static JsonNode claims(Answer session) {
        String part = session.text("access_token").split("\\.", -1)[1];
        return AuthProject.JSON.readTree(java.util.Base64.getUrlDecoder().decode(part));
    }

    @Test
    void should_refuse_factors_as_gotrue_does() throws Exception {
        auth.open("[auth]\nenable_anonymous_sign_ins = true\n[auth.mfa]\nmax_enrolled_factors = 2\n");
        assertThat(call("POST", "/factors", "", "{}").status()).isEqualTo(401);
        String ann = ann();
        assertThat(call("POST", "/factors", ann, "{}").error())
                .isEqualTo("400 validation_failed: factor_type needs to be totp, phone, or webauthn");
        assertThat(call("POST", "/factors", ann, "{\"factor_type\":\"phone\"}").error())
                .isEqualTo("422 mfa_phone_enroll_not_enabled: MFA enroll is disabled for Phone");
        Answer factor = enroll(ann, "phone");
        assertThat(enroll(ann, "phone").error())
                .isEqualTo("422 mfa_factor_name_conflict: A factor with the friendly name \"phone\" for this user"
                        + " already exists");
        assertThat(verify(ann, factor, "12345").error())
                .isEqualTo("422 mfa_verification_failed: Invalid TOTP code entered");
        assertThat(verify(ann, factor, "").error()).isEqualTo("400 validation_failed: Code needs to be non-empty");
        assertThat(call("POST", "/factors/x/challenge", ann, "").error())
                .isEqualTo("404 validation_failed: factor_id must be an UUID");
        String bob = auth.post("/signup", "{\"email\":\"bob@example.com\",\"password\":\"correct horse\"}")
                .text("access_token");
        assertThat(call("POST", "/factors/" + factor.text("id") + "/challenge", bob, "")
                        .error())
                .isEqualTo("404 mfa_factor_not_found: Factor not found");
        assertThat(call("DELETE", "/factors/" + factor.text("id"), bob, "").error())
                .isEqualTo("404 mfa_factor_not_found: Factor not found");
        enroll(ann, "second");
        assertThat(enroll(ann, "third").error()).startsWith("422 too_many_enrolled_mfa_factors");
        String anonymous = auth.post("/signup", "{}").text("access_token");
        assertThat(enroll(anonymous, "x").status()).isEqualTo(403);
    }

    @Test
    void should_be_off_where_the_config_says_so() throws Exception {
        auth.open("[auth.mfa.totp]\nenroll_enabled = false\nverify_enabled = false\n");
        assertThat(enroll(ann(), "x").error())
                .isEqualTo("422 mfa_totp_enroll_not_enabled: MFA enroll is disabled for TOTP");
    }

    @Test
    void should_lift_the_session_that_shows_a_code_and_end_the_others() throws Exception {
        auth.open("[auth]\nrefresh_token_reuse_interval = 0\n");
        Answer first = auth.post("/signup", AuthProject.ANN);
        String token = first.text("access_token");
        Answer other = auth.post(
                "/token?grant_type=password", "{\"email\":\"ann@example.com\",\"password\":\"correct horse\"}");
        Answer factor = enroll(token, "app");
        assertThat(factor.body().at("/totp/uri").asString())
                .startsWith("otpauth://totp/127.0.0.1:3000:ann@example.com?");
        assertThat(factor.body().at("/totp/qr_code").asString()).startsWith("<svg ");

        Answer lifted = verify(token, factor, code(factor));

        assertThat(lifted.status()).as(lifted.body().toString()).isEqualTo(200);
        assertThat(claims(first).path("aal").asString()).isEqualTo("aal1");
        assertThat(claims(lifted).path("aal").asString()).isEqualTo("aal2");
        assertThat(claims(lifted).at("/amr/0/method").asString()).isEqualTo("totp");
        assertThat(claims(lifted).path("amr")).hasSize(2);
        assertThat(lifted.body().at("/user/factors/0/status").asString()).isEqualTo("verified");
        assertThat(lifted.body().at("/user/factors/0").has("secret")).isFalse();
        assertThat(call("GET", "/user", other.text("access_token"), "").status())
                .isEqualTo(403);
        // the refresh token of before does not give out the lifted session
        assertThat(auth.post(
                                "/token?grant_type=refresh_token",
                                "{\"refresh_token\":\"" + first.text("refresh_token") + "\"}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void should_keep_the_level_over_a_refresh_and_lower_it_without_the_factor() throws Exception {
        auth.open("");
        String token = ann();
        Answer factor = enroll(token, "app");
        Answer lifted = verify(token, factor, code(factor));
        Answer refreshed = auth.post(
                "/token?grant_type=refresh_token", "{\"refresh_token\":\"" + lifted.text("refresh_token") + "\"}");
        assertThat(claims(refreshed).path("aal").asString()).isEqualTo("aal2");

        Answer again = auth.post(
                "/token?grant_type=password", "{\"email\":\"ann@example.com\",\"password\":\"correct horse\"}");
        String low = again.text("access_token");
        assertThat(claims(again).path("aal").asString()).isEqualTo("aal1");
        assertThat(call("DELETE", "/factors/" + factor.text("id"), low, "").error())
                .isEqualTo("422 insufficient_aal: AAL2 required to unenroll verified factor");
        assertThat(call("PUT", "/user", low, "{\"password\":\"another horse\"}").error())
                .startsWith("401 insufficient_aal: AAL2 session is required");
        assertThat(enroll(low, "second").error())
                .isEqualTo("403 insufficient_aal: AAL2 required to enroll a new factor");

        String high = refreshed.text("access_token");
        assertThat(call("DELETE", "/factors/" + factor.text("id"), high, "").text("id"))
                .isEqualTo(factor.text("id"));
        Answer lowered = auth.post(
                "/token?grant_type=refresh_token", "{\"refresh_token\":\"" + refreshed.text("refresh_token") + "\"}");
        assertThat(claims(lowered).path("aal").asString()).isEqualTo("aal1");
    }

    @Test
    void should_let_a_challenge_be_answered_once() throws Exception {
        auth.open("");
        String token = ann();
        Answer factor = enroll(token, "app");
        String path = "/factors/" + factor.text("id");
        String body = "{\"challenge_id\":\""
                + call("POST", path + "/challenge", token, "").text("id") + "\",\"code\":\"" + code(factor) + "\"}";
        String lifted = call("POST", path + "/verify", token, body).text("access_token");
        assertThat(lifted).isNotEmpty();
        assertThat(call("POST", path + "/verify", lifted, body).error()).startsWith("422 mfa_ip_address_mismatch");
        assertThat(call(
                                "POST",
                                path + "/verify",
                                lifted,
                                "{\"challenge_id\":\"00000000-0000-4000-8000-000000000000\",\"code\":\"1\"}")
                        .error())
                .startsWith("422 mfa_factor_not_found");
    }

    @Test
    void should_let_the_service_see_rename_and_delete_factors() throws Exception {
        auth.open("");
        Answer signed = auth.post("/signup", AuthProject.ANN);
        Answer factor = enroll(signed.text("access_token"), "app");
        String factors = "/admin/users/" + signed.body().at("/user/id").asString() + "/factors";
        String service = auth.project().keys().serviceKey();
        assertThat(call("GET", factors, signed.text("access_token"), "").status())
                .isEqualTo(403);
        assertThat(call("GET", factors, service, "")
                        .body()
                        .at("/0/friendly_name")
                        .asString())
                .isEqualTo("app");
        assertThat(call("PUT", factors + "/" + factor.text("id"), service, "{\"friendly_name\":\"new\"}")
                        .text("friendly_name"))
                .isEqualTo("new");
        assertThat(call("DELETE", factors + "/" + factor.text("id"), service, "")
                        .text("id"))
                .isEqualTo(factor.text("id"));
        assertThat(call("GET", factors, service, "").body()).isEmpty();
    }
}
