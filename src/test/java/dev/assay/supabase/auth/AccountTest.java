package dev.assay.supabase.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.auth.AuthProject.Answer;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AccountTest {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    @RegisterExtension
    final AuthProject auth = new AuthProject(SUPABASE);

    @Test
    void should_change_what_a_user_changes_of_itself() throws Exception {
        auth.open("");
        Answer ann = auth.post("/signup", AuthProject.ANN);
        String token = ann.text("access_token");
        auth.post("/signup", "{\"email\":\"bob@example.com\",\"password\":\"correct horse\"}");

        assertThat(auth.send("PUT", "/user", token, "{\"password\":\"correct horse\"}")
                        .error())
                .isEqualTo("422 same_password: New password should be different from the old password.");
        assertThat(auth.send("PUT", "/user", token, "{\"email\":\"bob@example.com\"}")
                        .error())
                .startsWith("422 email_exists");
        assertThat(auth.send("PUT", "/user", token, "{\"app_metadata\":{\"role\":\"admin\"}}")
                        .error())
                .startsWith("403 not_admin");
        Answer changed = auth.send(
                "PUT", "/user", token, "{\"password\":\"battery staple\",\"data\":{\"name\":null,\"age\":7}}");
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.body().path("user_metadata").has("name")).isFalse();
        assertThat(changed.body().at("/user_metadata/age").intValue()).isEqualTo(7);
        assertThat(auth.post(
                                "/token?grant_type=password",
                                "{\"email\":\"ann@example.com\",\"password\":\"battery staple\"}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void should_change_an_address_only_once_it_is_confirmed() throws Exception {
        auth.open("");
        String token = auth.post("/signup", AuthProject.ANN).text("access_token");

        Answer asked = auth.send("PUT", "/user", token, "{\"email\":\"ann@new.example.com\"}");
        assertThat(asked.text("email")).isEqualTo("ann@example.com");
        assertThat(asked.text("new_email")).isEqualTo("ann@new.example.com");
        // both addresses are told; one of them is enough where sign-ups are not confirmed
        assertThat(auth.project().mailbox().mails())
                .extracting(Mailbox.Mail::type)
                .containsExactly("email_change_current", "email_change");
        String link = auth.project().mailbox().to("ann@new.example.com").get(0).link();
        assertThat(auth.follow(link)).startsWith("303 http://127.0.0.1:3000#access_token=");
        Answer changed = auth.send("GET", "/user", token, "");
        assertThat(changed.text("email")).isEqualTo("ann@new.example.com");
        assertThat(changed.text("new_email")).isEmpty();
        assertThat(changed.body().at("/identities/0/identity_data/email").asString())
                .isEqualTo("ann@new.example.com");
    }

    @Test
    void should_ask_both_addresses_where_sign_ups_are_confirmed() throws Exception {
        auth.open("[auth.email]\nenable_confirmations = true\n");
        auth.post("/signup", AuthProject.ANN);
        String code = auth.project().mailbox().to("ann@example.com").get(0).code();
        String token = auth.post(
                        "/verify", "{\"type\":\"email\",\"email\":\"ann@example.com\",\"token\":\"" + code + "\"}")
                .text("access_token");
        auth.send("PUT", "/user", token, "{\"email\":\"ann@new.example.com\"}");

        String fresh = auth.project().mailbox().to("ann@new.example.com").get(0).code();
        Answer half = auth.post(
                "/verify", "{\"type\":\"email_change\",\"email\":\"ann@new.example.com\",\"token\":\"" + fresh + "\"}");
        assertThat(half.status()).isEqualTo(200);
        assertThat(half.text("msg")).startsWith("Confirmation link accepted.");
        assertThat(auth.send("GET", "/user", token, "").text("email")).isEqualTo("ann@example.com");
        Mailbox.Mail second = auth.project().mailbox().to("ann@example.com").get(1);
        assertThat(auth.follow(second.link())).startsWith("303 http://127.0.0.1:3000#access_token=");
        assertThat(auth.send("GET", "/user", token, "").text("email")).isEqualTo("ann@new.example.com");
    }

    @Test
    void should_ask_an_old_session_for_a_mailed_code_before_a_new_password() throws Exception {
        auth.open("[auth.email]\nsecure_password_change = true\n");
        String token = auth.post("/signup", AuthProject.ANN).text("access_token");
        auth.sql("update auth.sessions set created_at = now() - interval '2 days'");

        assertThat(auth.send("PUT", "/user", token, "{\"password\":\"battery staple\"}")
                        .error())
                .isEqualTo("400 reauthentication_needed: Password update requires reauthentication");
        assertThat(auth.send("PUT", "/user", token, "{\"password\":\"battery staple\",\"nonce\":\"000000x\"}")
                        .error())
                .isEqualTo("422 reauthentication_not_valid: Nonce has expired or is invalid");
        assertThat(auth.send("GET", "/reauthenticate", token, "").status()).isEqualTo(200);
        Mailbox.Mail mail = auth.project().mailbox().mails().get(0);
        assertThat(mail.type()).isEqualTo("reauthentication");
        assertThat(auth.send(
                                "PUT",
                                "/user",
                                token,
                                "{\"password\":\"battery staple\",\"nonce\":\"" + mail.code() + "\"}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void should_unlink_an_identity_but_the_last() throws Exception {
        auth.open("");
        String token = auth.post("/signup", AuthProject.ANN).text("access_token");
        assertThat(auth.send("DELETE", "/user/identities/x", token, "").error())
                .isEqualTo("404 manual_linking_disabled: Manual linking is disabled");
        Files.writeString(auth.folder().resolve("supabase/config.toml"), "[auth]\nenable_manual_linking = true\n");
        auth.project().migrate();

        Answer ann = auth.send("GET", "/user", token, "");
        String own = ann.body().at("/identities/0/identity_id").asString();
        assertThat(auth.send("GET", "/user/identities/authorize?provider=github", token, "")
                        .error())
                .isEqualTo("400 validation_failed: Unsupported provider: provider is not enabled");
        assertThat(auth.send("DELETE", "/user/identities/" + own, token, "").error())
                .startsWith("422 single_identity_not_deletable");
        String other = auth.sql(
                "insert into auth.identities (provider_id, user_id, identity_data, provider, created_at)"
                        + " select 'gh1', id, '{\"email\":\"ann@hub.example.com\"}', 'github', now() from auth.users returning id");
        assertThat(auth.send("DELETE", "/user/identities/" + ann.text("id"), token, "")
                        .error())
                .isEqualTo("422 identity_not_found: Identity doesn't exist");
        assertThat(auth.send("DELETE", "/user/identities/" + other, token, "").status())
                .isEqualTo(200);
        assertThat(auth.send("GET", "/user", token, "").body().path("identities"))
                .hasSize(1);
    }
}
