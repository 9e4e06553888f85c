package dev.assay.supabase.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.auth.AuthProject.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SessionsTest {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    @RegisterExtension
    final AuthProject auth = new AuthProject(SUPABASE);

    @Test
    void should_refuse_wrong_passwords_and_take_the_right_one() throws Exception {
        auth.open("");
        auth.post("/signup", AuthProject.ANN);

        assertThat(auth.post("/token?grant_type=password", "{\"email\":\"ann@example.com\",\"password\":\"wrong\"}")
                        .error())
                .isEqualTo("400 invalid_credentials: Invalid login credentials");
        assertThat(auth.post("/token?grant_type=password", "{\"password\":\"wrong\"}")
                        .error())
                .startsWith("400 validation_failed");
        assertThat(auth.post("/token?grant_type=saml", "{}").error())
                .isEqualTo("400 invalid_credentials: unsupported_grant_type");
        Answer answer = auth.post(
                "/token?grant_type=password", "{\"email\":\"ANN@example.com\",\"password\":\"correct horse\"}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(auth.send("GET", "/user", answer.text("access_token"), "").text("email"))
                .isEqualTo("ann@example.com");
    }

    @Test
    void should_take_users_that_a_seed_wrote_only_where_gotrue_does() throws Exception {
        auth.open("");
        String columns =
                "insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at%s) values ("
                        + "gen_random_uuid(), 'authenticated', 'authenticated', '%s@example.com',"
                        + " extensions.crypt('secret1', extensions.gen_salt('bf')), now()%s)";
        auth.sql(columns.formatted(
                ", confirmation_token, recovery_token, email_change, email_change_token_new",
                "whole",
                ", '', '', '', ''"));
        auth.sql(columns.formatted("", "nulls", ""));

        assertThat(auth.post("/token?grant_type=password", "{\"email\":\"whole@example.com\",\"password\":\"secret1\"}")
                        .status())
                .isEqualTo(200);
        assertThat(auth.post("/token?grant_type=password", "{\"email\":\"nulls@example.com\",\"password\":\"secret1\"}")
                        .error())
                .isEqualTo("500 unexpected_failure: Database error querying schema");
    }

    @Test
    void should_end_the_session_when_a_refresh_token_is_used_again_late() throws Exception {
        auth.open("[auth]\nrefresh_token_reuse_interval = 0\n");
        Answer first = auth.post("/signup", AuthProject.ANN);
        Answer second = auth.refresh(first.text("refresh_token"));
        Answer third = auth.refresh(second.text("refresh_token"));
        assertThat(third.status()).isEqualTo(200);

        assertThat(auth.refresh(first.text("refresh_token")).error())
                .isEqualTo("400 refresh_token_already_used: Invalid Refresh Token: Already Used");
        assertThat(auth.refresh(third.text("refresh_token")).error()).startsWith("400 refresh_token_already_used");
        assertThat(auth.refresh("nosuchtoken").error())
                .isEqualTo("400 refresh_token_not_found: Invalid Refresh Token: Refresh Token Not Found");
    }

    @Test
    void should_forgive_the_reuse_of_a_refresh_token_within_the_interval() throws Exception {
        auth.open("");
        Answer first = auth.post("/signup", AuthProject.ANN);
        Answer second = auth.refresh(first.text("refresh_token"));
        assertThat(second.text("refresh_token")).isNotEqualTo(first.text("refresh_token"));
        // the parent of the active token gives that one again
        assertThat(auth.refresh(first.text("refresh_token")).text("refresh_token"))
                .isEqualTo(second.text("refresh_token"));
        Answer third = auth.refresh(second.text("refresh_token"));

        assertThat(auth.refresh(first.text("refresh_token")).status()).isEqualTo(200);
        assertThat(auth.refresh(third.text("refresh_token")).status()).isEqualTo(200);
    }

    @Test
    void should_end_sessions_by_scope() throws Exception {
        auth.open("");
        String one = auth.post("/signup", AuthProject.ANN).text("access_token");
        String password = "{\"email\":\"ann@example.com\",\"password\":\"correct horse\"}";
        String two = auth.post("/token?grant_type=password", password).text("access_token");
        String three = auth.post("/token?grant_type=password", password).text("access_token");

        assertThat(auth.send("POST", "/logout?scope=all", one, "").status()).isEqualTo(400);
        assertThat(auth.send("POST", "/logout?scope=local", one, "").status()).isEqualTo(204);
        assertThat(auth.send("GET", "/user", one, "").error())
                .isEqualTo("403 session_not_found: Session from session_id claim in JWT does not exist");
        assertThat(auth.send("GET", "/user", two, "").status()).isEqualTo(200);
        assertThat(auth.send("POST", "/logout?scope=others", two, "").status()).isEqualTo(204);
        assertThat(auth.send("GET", "/user", three, "").status()).isEqualTo(403);
        assertThat(auth.send("POST", "/logout", two, "").status()).isEqualTo(204);
        assertThat(auth.sql("select count(*) from auth.refresh_tokens")).isEqualTo("0");
    }

    @Test
    void should_end_sessions_that_last_too_long() throws Exception {
        auth.open("[auth.sessions]\ntimebox = \"24h\"\ninactivity_timeout = \"8h\"\n");
        Answer ann = auth.post("/signup", AuthProject.ANN);
        Answer next = auth.refresh(ann.text("refresh_token"));
        assertThat(next.status()).isEqualTo(200);

        auth.sql("update auth.sessions set refreshed_at = now() - interval '9 hours'");
        assertThat(auth.refresh(next.text("refresh_token")).error())
                .isEqualTo("400 session_expired: Invalid Refresh Token: Session Expired (Inactivity)");
        auth.sql("update auth.sessions set created_at = now() - interval '25 hours'");
        assertThat(auth.refresh(next.text("refresh_token")).error())
                .isEqualTo("400 session_expired: Invalid Refresh Token: Session Expired");
    }
}
