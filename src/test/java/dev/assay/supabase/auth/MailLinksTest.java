package dev.assay.supabase.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.auth.AuthProject.Answer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MailLinksTest {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    @RegisterExtension
    final AuthProject auth = new AuthProject(SUPABASE);

    @Test
    void should_ask_for_confirmation_where_the_project_wants_it() throws Exception {
        auth.open("[auth.email]\nenable_confirmations = true\n");
        Answer ann = auth.post("/signup", AuthProject.ANN);

        assertThat(ann.status()).isEqualTo(200);
        assertThat(ann.body().has("access_token")).isFalse();
        assertThat(ann.text("confirmation_sent_at")).isNotEmpty();
        String password = "{\"email\":\"ann@example.com\",\"password\":\"correct horse\"}";
        assertThat(auth.post("/token?grant_type=password", password).error())
                .isEqualTo("400 email_not_confirmed: Email not confirmed");
        String code = auth.project().mailbox().to("ann@example.com").get(0).code();
        assertThat(auth.post(
                                "/verify",
                                "{\"type\":\"signup\",\"email\":\"ann@example.com\",\"token\":\"" + code + "x\"}")
                        .error())
                .isEqualTo("403 otp_expired: Token has expired or is invalid");
        String verify = "{\"type\":\"signup\",\"email\":\"ann@example.com\",\"token\":\"" + code + "\"}";
        assertThat(auth.post("/verify", verify).status()).isEqualTo(200);
        assertThat(auth.post("/verify", verify).status()).isEqualTo(403);
        assertThat(auth.post("/token?grant_type=password", password).status()).isEqualTo(200);
        Answer again = auth.post("/signup", AuthProject.ANN);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text("id")).isNotEqualTo(ann.text("id"));
        assertThat(again.body().path("identities")).isEmpty();
    }

    @Test
    void should_recover_by_a_mailed_link_and_never_tell_who_is_known() throws Exception {
        auth.open("");
        auth.post("/signup", AuthProject.ANN);
        assertThat(auth.post("/recover", "{\"email\":\"nobody@example.com\"}").status())
                .isEqualTo(200);
        assertThat(auth.project().mailbox().mails()).isEmpty();
        assertThat(auth.post("/recover?redirect_to=https%3A%2F%2Fevil.example%2F", "{\"email\":\"ann@example.com\"}")
                        .status())
                .isEqualTo(200);

        String link = auth.project().mailbox().mails().get(0).link();
        HttpResponse<String> followed = auth.http()
                .send(HttpRequest.newBuilder(URI.create(link)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(followed.statusCode()).isEqualTo(303);
        assertThat(followed.headers().firstValue("location").orElseThrow())
                .startsWith("http://127.0.0.1:3000#access_token=")
                .contains("&type=recovery");
        HttpResponse<String> twice = auth.http()
                .send(HttpRequest.newBuilder(URI.create(link)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(twice.headers().firstValue("location").orElseThrow())
                .contains("#error=access_denied&error_code=otp_expired");
    }

    @Test
    void should_exchange_the_code_of_a_link_only_for_its_verifier() throws Exception {
        auth.open("");
        String verifier = "a-verifier-of-the-one-who-asked-for-the-mail";
        String challenge = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.UTF_8)));
        auth.post(
                "/otp?redirect_to=http%3A%2F%2F127.0.0.1%3A3000%2Fcallback",
                "{\"email\":\"ann@example.com\",\"code_challenge\":\"" + challenge
                        + "\",\"code_challenge_method\":\"s256\"}");
        HttpResponse<String> followed = auth.http()
                .send(
                        HttpRequest.newBuilder(URI.create(
                                        auth.project().mailbox().mails().get(0).link()))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        String location = followed.headers().firstValue("location").orElseThrow();
        assertThat(location).startsWith("http://127.0.0.1:3000/callback?code=");
        String code = location.substring(location.indexOf('=') + 1);

        assertThat(auth.post("/token?grant_type=pkce", "{\"auth_code\":\"" + code + "\",\"code_verifier\":\"other\"}")
                        .error())
                .startsWith("400 bad_code_verifier");
        String exchange = "{\"auth_code\":\"" + code + "\",\"code_verifier\":\"" + verifier + "\"}";
        assertThat(auth.post("/token?grant_type=pkce", exchange).text("access_token"))
                .isNotEmpty();
        assertThat(auth.post("/token?grant_type=pkce", exchange).error()).startsWith("404 flow_state_not_found");
    }

    @Test
    void should_bound_how_often_a_user_is_mailed() throws Exception {
        auth.open("[auth.email]\nmax_frequency = \"1h\"\notp_length = 8\n");
        auth.post("/signup", AuthProject.ANN);
        assertThat(auth.post("/recover", "{\"email\":\"ann@example.com\"}").status())
                .isEqualTo(200);

        assertThat(auth.post("/recover", "{\"email\":\"ann@example.com\"}").error())
                .startsWith("429 over_email_send_rate_limit: For security purposes, you can only request this after");
        assertThat(auth.project().mailbox().mails()).hasSize(1);
        assertThat(auth.project().mailbox().mails().get(0).code()).matches("\\d{8}");
    }

    @Test
    void should_know_nobody_by_phone() throws Exception {
        auth.open("");
        assertThat(auth.post("/verify", "{\"type\":\"sms\",\"phone\":\"+4915112345\",\"token\":\"123456\"}")
                        .error())
                .isEqualTo("403 otp_expired: Token has expired or is invalid");
        assertThat(auth.post("/verify", "{\"type\":\"sms\",\"phone\":\"0-x\",\"token\":\"123456\"}")
                        .error())
                .isEqualTo("400 validation_failed: Invalid phone number format (E.164 required)");
        assertThat(auth.post("/otp", "{\"phone\":\"+4915112345\"}").error()).startsWith("400 phone_provider_disabled");
    }
}
