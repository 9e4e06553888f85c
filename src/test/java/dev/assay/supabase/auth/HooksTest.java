package dev.assay.supabase.auth;

import static dev.assay.supabase.SupabaseFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.auth.AuthProject.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HooksTest {
    private static final String BY_PASSWORD = "/token?grant_type=password";

    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    @RegisterExtension
    final AuthProject auth = new AuthProject(SUPABASE);

    private static String hook(String name) {
        return "[auth.hook." + name + "]\nenabled = true\nuri = \"pg-functions://postgres/public/my_hook\"\n";
    }

    /** Makes the hook as an app's migration does: it runs as supabase_auth_admin, who needs the right to. */
    private void make(String body) throws Exception {
        value(
                auth.project().jdbcUrl(),
                "create function public.my_hook(event jsonb) returns jsonb language plpgsql as $$ begin " + body
                        + " end $$",
                "grant execute on function public.my_hook to supabase_auth_admin",
                "grant usage on schema public to supabase_auth_admin");
    }

    @Test
    void should_refuse_what_a_hook_refuses_and_say_so_where_it_is_missing() throws Exception {
        auth.open(hook("before_user_created"));
        assertThat(auth.post("/signup", AuthProject.ANN).error())
                .isEqualTo("500 unexpected_failure: Error running hook URI: pg-functions://postgres/public/my_hook");

        make(
                "if event->'user'->>'email' like '%@example.com' then return jsonb_build_object('error', jsonb_build_object("
                        + "'http_code', 403, 'message', 'not from ' || (event->'metadata'->>'ip_address'))); end if; return '{}';");
        Answer refused = auth.post("/signup", AuthProject.ANN);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text("msg")).isEqualTo("not from 127.0.0.1");
        assertThat(auth.sql("select count(*) from auth.users")).isEqualTo("0");
        assertThat(auth.post("/signup", "{\"email\":\"bob@example.org\",\"password\":\"correct horse\"}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void should_say_what_hooks_it_has_not() throws Exception {
        auth.open("[auth.hook.custom_access_token]\nenabled = true\nuri = \"https://hooks.example.com/token\"\n");
        Answer answer = auth.post("/signup", AuthProject.ANN);
        assertThat(answer.status()).isEqualTo(501);
        assertThat(answer.text("msg")).contains("functions of the database only");
    }

    @Test
    void should_let_a_hook_make_the_claims() throws Exception {
        auth.open(hook("custom_access_token"));
        make("return jsonb_build_object('claims', '{}'::jsonb);");
        assertThat(auth.post("/signup", AuthProject.ANN).text("msg"))
                .startsWith("output claims do not conform to the expected schema");

        value(
                auth.project().jdbcUrl(),
                "create or replace function public.my_hook(event jsonb) returns jsonb language sql as $$ select"
                        + " jsonb_set(event, '{claims,user_role}', event->'authentication_method') $$");
        Answer ann = auth.post("/signup", AuthProject.ANN);
        assertThat(AuthProject.claims(ann.text("access_token"))
                        .path("user_role")
                        .asString())
                .isEqualTo("password");
        Answer next = auth.refresh(ann.text("refresh_token"));
        assertThat(AuthProject.claims(next.text("access_token"))
                        .path("user_role")
                        .asString())
                .isEqualTo("token_refresh");
    }

    @Test
    void should_keep_what_a_hook_wrote_of_a_wrong_password() throws Exception {
        auth.open(hook("password_verification_attempt"));
        value(
                auth.project().jdbcUrl(),
                "create table public.attempts (valid boolean)",
                "grant all on public.attempts to supabase_auth_admin");
        make(
                "insert into public.attempts values ((event->>'valid')::boolean); if (select count(*) from public.attempts) > 1"
                        + " then return '{\"decision\":\"reject\",\"message\":\"too many\"}'; end if;"
                        + " return '{\"decision\":\"continue\"}';");
        auth.post("/signup", AuthProject.ANN);

        assertThat(auth.post(BY_PASSWORD, "{\"email\":\"ann@example.com\",\"password\":\"wrong\"}")
                        .error())
                .isEqualTo("400 invalid_credentials: Invalid login credentials");
        assertThat(auth.post(BY_PASSWORD, "{\"email\":\"ann@example.com\",\"password\":\"correct horse\"}")
                        .error())
                .isEqualTo("400 invalid_credentials: too many");
        assertThat(auth.sql("select string_agg(valid::text, ',') from public.attempts"))
                .isEqualTo("false,true");
    }

    @Test
    void should_leave_mails_to_a_hook() throws Exception {
        auth.open(hook("send_email"));
        value(
                auth.project().jdbcUrl(),
                "create table public.sent (event jsonb)",
                "grant all on public.sent to supabase_auth_admin");
        make("insert into public.sent values (event); return '{}';");
        auth.post("/signup", AuthProject.ANN);
        auth.post("/recover", "{\"email\":\"ann@example.com\"}");

        assertThat(auth.project().mailbox().mails()).isEmpty();
        String code = auth.sql("select event->'email_data'->>'token' from public.sent"
                + " where event->'user'->>'email' = 'ann@example.com'"
                + " and event->'email_data'->>'email_action_type' = 'recovery'");
        assertThat(auth.post(
                                "/verify",
                                "{\"type\":\"recovery\",\"email\":\"ann@example.com\",\"token\":\"" + code + "\"}")
                        .status())
                .isEqualTo(200);
    }
}
