package dev.assay.supabase.auth;

import static dev.assay.supabase.SupabaseFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.auth.AuthProject.Answer;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

class SignUpTest {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    @RegisterExtension
    final AuthProject auth = new AuthProject(SUPABASE);

    @Test
    void should_refuse_sign_ups_as_gotrue_does() throws Exception {
        auth.open("");
        assertThat(auth.post("/signup", "{\"email\":\"ann\",\"password\":\"correct horse\"}")
                        .error())
                .isEqualTo("400 validation_failed: Unable to validate email address: invalid format");
        assertThat(auth.post("/signup", "{\"email\":\"ann@example.com\"}").error())
                .isEqualTo("400 validation_failed: Signup requires a valid password");
        Answer weak = auth.post("/signup", "{\"email\":\"ann@example.com\",\"password\":\"short\"}");
        assertThat(weak.error()).isEqualTo("422 weak_password: Password should be at least 6 characters.");
        assertThat(weak.body().path("code").intValue()).isEqualTo(422);
        assertThat(weak.body().at("/weak_password/reasons/0").asString()).isEqualTo("length");
        assertThat(auth.post("/signup", "{}").error())
                .isEqualTo("422 anonymous_provider_disabled: Anonymous sign-ins are disabled");
        assertThat(auth.post("/signup", "[").error()).startsWith("400 bad_json: Could not parse request body as JSON");
        assertThat(auth.post("/signup", "{\"email\":1,\"password\":\"correct horse\"}")
                        .error())
                .startsWith("400 bad_json");
        auth.post("/signup", AuthProject.ANN);
        assertThat(auth.post("/signup", AuthProject.ANN).error())
                .isEqualTo("422 user_already_exists: User already registered");
        assertThat(auth.sql("select count(*) from auth.users")).isEqualTo("1");
    }

    @Test
    void should_name_errors_as_callers_of_the_newer_api_expect() throws Exception {
        auth.open("");
        Answer answer = auth.send(
                "POST",
                "/token?grant_type=password",
                "",
                "{\"email\":\"ann@example.com\",\"password\":\"x\"}",
                "X-Supabase-Api-Version",
                "2024-01-01");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("code")).isEqualTo("invalid_credentials");
        assertThat(answer.text("message")).isEqualTo("Invalid login credentials");
        assertThat(answer.response().headers().firstValue("x-supabase-api-version"))
                .hasValue("2024-01-01");
    }

    @Test
    void should_sign_up_and_answer_with_a_session() throws Exception {
        auth.open("");
        Answer answer = auth.post("/signup", AuthProject.ANN);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("token_type")).isEqualTo("bearer");
        assertThat(answer.body().path("expires_in").intValue()).isEqualTo(3600);
        JsonNode user = answer.body().path("user");
        assertThat(user.path("email").asString()).isEqualTo("ann@example.com");
        assertThat(user.path("role").asString()).isEqualTo("authenticated");
        assertThat(user.at("/app_metadata/providers/0").asString()).isEqualTo("email");
        assertThat(user.at("/user_metadata/name").asString()).isEqualTo("Ann");
        assertThat(user.at("/user_metadata/email_verified").booleanValue()).isTrue();
        assertThat(user.at("/identities/0/identity_data/sub").asString())
                .isEqualTo(user.path("id").asString());
        assertThat(user.at("/identities/0/provider").asString()).isEqualTo("email");
        assertThat(Instant.parse(user.path("created_at").asString())).isNotNull();
        JsonNode claims = AuthProject.claims(answer.text("access_token"));
        assertThat(claims.propertyNames())
                .containsExactly(
                        "aud",
                        "exp",
                        "iat",
                        "iss",
                        "sub",
                        "email",
                        "phone",
                        "app_metadata",
                        "user_metadata",
                        "role",
                        "aal",
                        "amr",
                        "session_id",
                        "is_anonymous");
        assertThat(claims.path("iss").asString()).isEqualTo(auth.project().url() + "/auth/v1");
        assertThat(claims.path("sub")).isEqualTo(user.path("id"));
        assertThat(claims.at("/amr/0/method").asString()).isEqualTo("password");
        assertThat(auth.sql("select encrypted_password ~ '^\\$2a\\$' from auth.users"))
                .isEqualTo("t");
    }

    @Test
    void should_run_triggers_of_the_app_and_undo_the_sign_up_where_they_fail() throws Exception {
        auth.open("");
        value(
                auth.project().jdbcUrl(),
                "create table public.profiles (id uuid primary key references auth.users on delete cascade, name text not null)",
                "create function public.handle_new_user() returns trigger language plpgsql security definer set search_path = '' as"
                        + " $$ begin insert into public.profiles values (new.id, new.raw_user_meta_data ->> 'name'); return new; end $$",
                "create trigger on_auth_user_created after insert on auth.users for each row"
                        + " execute function public.handle_new_user()");

        assertThat(auth.post("/signup", "{\"email\":\"bob@example.com\",\"password\":\"correct horse\"}")
                        .error())
                .isEqualTo("500 unexpected_failure: Database error saving new user");
        assertThat(auth.sql("select count(*) from auth.users")).isEqualTo("0");
        assertThat(auth.post("/signup", AuthProject.ANN).status()).isEqualTo(200);
        assertThat(auth.sql("select name from public.profiles")).isEqualTo("Ann");
    }

    @Test
    void should_make_anonymous_users_where_they_are_allowed_and_let_them_stay() throws Exception {
        auth.open("[auth]\nenable_anonymous_sign_ins = true\n");
        Answer guest = auth.post("/signup", "{\"data\":{\"colour\":\"red\"}}");

        assertThat(guest.status()).isEqualTo(200);
        assertThat(AuthProject.claims(guest.text("access_token"))
                        .path("is_anonymous")
                        .booleanValue())
                .isTrue();
        Answer kept = auth.send(
                "PUT",
                "/user",
                guest.text("access_token"),
                "{\"email\":\"ann@example.com\",\"password\":\"correct horse\"}");
        assertThat(kept.status()).isEqualTo(200);
        assertThat(kept.body().path("is_anonymous").booleanValue()).isFalse();
        assertThat(kept.text("id")).isEqualTo(guest.body().at("/user/id").asString());
    }

    @Test
    void should_say_what_it_is_and_what_it_has_not() throws Exception {
        auth.open("[auth]\nenable_signup = false\n");
        assertThat(auth.send("GET", "/health", "", "").text("name")).isEqualTo("GoTrue");
        assertThat(auth.send("GET", "/settings", "", "")
                        .body()
                        .path("disable_signup")
                        .booleanValue())
                .isTrue();
        assertThat(auth.post("/signup", AuthProject.ANN).error())
                .isEqualTo("422 signup_disabled: Signups not allowed for this instance");
        assertThat(auth.post("/sso", "{}").status()).isEqualTo(501);
        assertThat(auth.post("/nothing", "{}").status()).isEqualTo(404);
    }
}
