package dev.assay.supabase.auth;

import static dev.assay.supabase.SupabaseFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.assay.supabase.ProjectKeys;
import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.SupabaseProject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AuthSurfaceTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String ANN =
            "{\"email\":\"Ann@Example.com\",\"password\":\"correct horse\"," + "\"data\":{\"name\":\"Ann\"}}";

    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    private final HttpClient http = HttpClient.newHttpClient();
    private @TempDir Path folder;
    private SupabaseProject project;

    @AfterEach
    void close() {
        project.close();
    }

    private record Answer(int status, JsonNode body, HttpResponse<String> response) {
        String text(String name) {
            return body.path(name).asString("");
        }

        String error() {
            return status + " " + text("error_code") + ": " + text("msg");
        }
    }

    private void open(String config) throws Exception {
        project = SUPABASE.open(folder, config);
    }

    private Answer send(String method, String path, String token, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(project.url() + "/auth/v1" + path))
                .header("apikey", project.keys().anonKey())
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        JsonNode json = response.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(response.body());
        return new Answer(response.statusCode(), json, response);
    }

    private Answer post(String path, String body) throws Exception {
        return send("POST", path, "", body);
    }

    private Answer refresh(String token) throws Exception {
        return post("/token?grant_type=refresh_token", "{\"refresh_token\":\"" + token + "\"}");
    }

    private static JsonNode claims(String token) {
        return JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]));
    }

    private String sql(String... statements) throws Exception {
        return value(project.superuserUrl(), statements);
    }

    @Test
    void should_refuse_sign_ups_as_gotrue_does() throws Exception {
        open("");
        assertThat(post("/signup", "{\"email\":\"ann\",\"password\":\"correct horse\"}")
                        .error())
                .isEqualTo("400 validation_failed: Unable to validate email address: invalid format");
        assertThat(post("/signup", "{\"email\":\"ann@example.com\"}").error())
                .isEqualTo("400 validation_failed: Signup requires a valid password");
        Answer weak = post("/signup", "{\"email\":\"ann@example.com\",\"password\":\"short\"}");
        assertThat(weak.error()).isEqualTo("422 weak_password: Password should be at least 6 characters.");
        assertThat(weak.body().path("code").intValue()).isEqualTo(422);
        assertThat(weak.body().at("/weak_password/reasons/0").asString()).isEqualTo("length");
        assertThat(post("/signup", "{}").error())
                .isEqualTo("422 anonymous_provider_disabled: Anonymous sign-ins are disabled");
        assertThat(post("/signup", "[").error()).startsWith("400 bad_json: Could not parse request body as JSON");
        assertThat(post("/signup", "{\"email\":1,\"password\":\"correct horse\"}")
                        .error())
                .startsWith("400 bad_json");
        post("/signup", ANN);
        assertThat(post("/signup", ANN).error()).isEqualTo("422 user_already_exists: User already registered");
        assertThat(sql("select count(*) from auth.users")).isEqualTo("1");
    }

    @Test
    void should_name_errors_as_callers_of_the_newer_api_expect() throws Exception {
        open("");
        Answer answer = send(
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
        open("");
        Answer answer = post("/signup", ANN);

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
        JsonNode claims = claims(answer.text("access_token"));
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
        assertThat(claims.path("iss").asString()).isEqualTo(project.url() + "/auth/v1");
        assertThat(claims.path("sub")).isEqualTo(user.path("id"));
        assertThat(claims.at("/amr/0/method").asString()).isEqualTo("password");
        assertThat(sql("select encrypted_password ~ '^\\$2a\\$' from auth.users"))
                .isEqualTo("t");
    }

    @Test
    void should_run_triggers_of_the_app_and_undo_the_sign_up_where_they_fail() throws Exception {
        open("");
        value(
                project.jdbcUrl(),
                "create table public.profiles (id uuid primary key references auth.users on delete cascade, name text not null)",
                "create function public.handle_new_user() returns trigger language plpgsql security definer set search_path = '' as"
                        + " $$ begin insert into public.profiles values (new.id, new.raw_user_meta_data ->> 'name'); return new; end $$",
                "create trigger on_auth_user_created after insert on auth.users for each row"
                        + " execute function public.handle_new_user()");

        assertThat(post("/signup", "{\"email\":\"bob@example.com\",\"password\":\"correct horse\"}")
                        .error())
                .isEqualTo("500 unexpected_failure: Database error saving new user");
        assertThat(sql("select count(*) from auth.users")).isEqualTo("0");
        assertThat(post("/signup", ANN).status()).isEqualTo(200);
        assertThat(sql("select name from public.profiles")).isEqualTo("Ann");
    }

    @Test
    void should_refuse_wrong_passwords_and_take_the_right_one() throws Exception {
        open("");
        post("/signup", ANN);

        assertThat(post("/token?grant_type=password", "{\"email\":\"ann@example.com\",\"password\":\"wrong\"}")
                        .error())
                .isEqualTo("400 invalid_credentials: Invalid login credentials");
        assertThat(post("/token?grant_type=password", "{\"password\":\"wrong\"}")
                        .error())
                .startsWith("400 validation_failed");
        assertThat(post("/token?grant_type=saml", "{}").error())
                .isEqualTo("400 invalid_credentials: unsupported_grant_type");
        Answer answer =
                post("/token?grant_type=password", "{\"email\":\"ANN@example.com\",\"password\":\"correct horse\"}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(send("GET", "/user", answer.text("access_token"), "").text("email"))
                .isEqualTo("ann@example.com");
    }

    @Test
    void should_take_users_that_a_seed_wrote_only_where_gotrue_does() throws Exception {
        open("");
        String columns =
                "insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at%s) values ("
                        + "gen_random_uuid(), 'authenticated', 'authenticated', '%s@example.com',"
                        + " extensions.crypt('secret1', extensions.gen_salt('bf')), now()%s)";
        sql(columns.formatted(
                ", confirmation_token, recovery_token, email_change, email_change_token_new",
                "whole",
                ", '', '', '', ''"));
        sql(columns.formatted("", "nulls", ""));

        assertThat(post("/token?grant_type=password", "{\"email\":\"whole@example.com\",\"password\":\"secret1\"}")
                        .status())
                .isEqualTo(200);
        assertThat(post("/token?grant_type=password", "{\"email\":\"nulls@example.com\",\"password\":\"secret1\"}")
                        .error())
                .isEqualTo("500 unexpected_failure: Database error querying schema");
    }

    @Test
    void should_end_the_session_when_a_refresh_token_is_used_again_late() throws Exception {
        open("[auth]\nrefresh_token_reuse_interval = 0\n");
        Answer first = post("/signup", ANN);
        Answer second = refresh(first.text("refresh_token"));
        Answer third = refresh(second.text("refresh_token"));
        assertThat(third.status()).isEqualTo(200);

        assertThat(refresh(first.text("refresh_token")).error())
                .isEqualTo("400 refresh_token_already_used: Invalid Refresh Token: Already Used");
        assertThat(refresh(third.text("refresh_token")).error()).startsWith("400 refresh_token_already_used");
        assertThat(refresh("nosuchtoken").error())
                .isEqualTo("400 refresh_token_not_found: Invalid Refresh Token: Refresh Token Not Found");
    }

    @Test
    void should_forgive_the_reuse_of_a_refresh_token_within_the_interval() throws Exception {
        open("");
        Answer first = post("/signup", ANN);
        Answer second = refresh(first.text("refresh_token"));
        assertThat(second.text("refresh_token")).isNotEqualTo(first.text("refresh_token"));
        // the parent of the active token gives that one again
        assertThat(refresh(first.text("refresh_token")).text("refresh_token")).isEqualTo(second.text("refresh_token"));
        Answer third = refresh(second.text("refresh_token"));

        assertThat(refresh(first.text("refresh_token")).status()).isEqualTo(200);
        assertThat(refresh(third.text("refresh_token")).status()).isEqualTo(200);
    }

    private String token(String secret, String subject, Instant expires) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader(JWSAlgorithm.HS256),
                new JWTClaimsSet.Builder()
                        .subject(subject)
                        .claim("role", "authenticated")
                        .expirationTime(Date.from(expires))
                        .build());
        token.sign(new MACSigner(secret));
        return token.serialize();
    }

    @Test
    void should_refuse_forged_expired_and_orphaned_tokens() throws Exception {
        open("");
        Answer ann = post("/signup", ANN);
        String id = ann.body().at("/user/id").asString();
        Instant later = Instant.now().plusSeconds(600);

        assertThat(send("GET", "/user", "", "").error()).startsWith("401 no_authorization");
        assertThat(send("GET", "/user", token(ProjectKeys.random().jwtSecret(), id, later), "")
                        .error())
                .startsWith("403 bad_jwt: invalid JWT: unable to parse or verify signature");
        assertThat(send(
                                "GET",
                                "/user",
                                token(
                                        project.keys().jwtSecret(),
                                        id,
                                        Instant.now().minusSeconds(60)),
                                "")
                        .error())
                .isEqualTo("403 bad_jwt: invalid JWT: unable to parse or verify signature, token has invalid claims:"
                        + " token is expired");
        String[] parts = ann.text("access_token").split("\\.", -1);
        String none = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(send("GET", "/user", none + "." + parts[1] + ".", "").error())
                .startsWith("403 bad_jwt");
        assertThat(send("GET", "/user", project.keys().anonKey(), "").error())
                .isEqualTo("403 bad_jwt: invalid claim: missing sub claim");
        assertThat(send(
                                "GET",
                                "/user",
                                token(project.keys().jwtSecret(), "00000000-0000-0000-0000-000000000001", later),
                                "")
                        .error())
                .isEqualTo("403 user_not_found: User from sub claim in JWT does not exist");
    }

    @Test
    void should_end_sessions_by_scope() throws Exception {
        open("");
        String one = post("/signup", ANN).text("access_token");
        String password = "{\"email\":\"ann@example.com\",\"password\":\"correct horse\"}";
        String two = post("/token?grant_type=password", password).text("access_token");
        String three = post("/token?grant_type=password", password).text("access_token");

        assertThat(send("POST", "/logout?scope=all", one, "").status()).isEqualTo(400);
        assertThat(send("POST", "/logout?scope=local", one, "").status()).isEqualTo(204);
        assertThat(send("GET", "/user", one, "").error())
                .isEqualTo("403 session_not_found: Session from session_id claim in JWT does not exist");
        assertThat(send("GET", "/user", two, "").status()).isEqualTo(200);
        assertThat(send("POST", "/logout?scope=others", two, "").status()).isEqualTo(204);
        assertThat(send("GET", "/user", three, "").status()).isEqualTo(403);
        assertThat(send("POST", "/logout", two, "").status()).isEqualTo(204);
        assertThat(sql("select count(*) from auth.refresh_tokens")).isEqualTo("0");
    }

    @Test
    void should_change_what_a_user_changes_of_itself() throws Exception {
        open("");
        Answer ann = post("/signup", ANN);
        String token = ann.text("access_token");
        post("/signup", "{\"email\":\"bob@example.com\",\"password\":\"correct horse\"}");

        assertThat(send("PUT", "/user", token, "{\"password\":\"correct horse\"}")
                        .error())
                .isEqualTo("422 same_password: New password should be different from the old password.");
        assertThat(send("PUT", "/user", token, "{\"email\":\"bob@example.com\"}")
                        .error())
                .startsWith("422 email_exists");
        Answer changed = send(
                "PUT",
                "/user",
                token,
                "{\"email\":\"ann@new.example.com\",\"password\":\"battery staple\",\"data\":{\"name\":null,\"age\":7}}");
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.text("email")).isEqualTo("ann@new.example.com");
        assertThat(changed.body().path("user_metadata").has("name")).isFalse();
        assertThat(changed.body().at("/user_metadata/age").intValue()).isEqualTo(7);
        assertThat(post(
                                "/token?grant_type=password",
                                "{\"email\":\"ann@new.example.com\",\"password\":\"battery staple\"}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void should_ask_for_confirmation_where_the_project_wants_it() throws Exception {
        open("[auth.email]\nenable_confirmations = true\n");
        Answer ann = post("/signup", ANN);

        assertThat(ann.status()).isEqualTo(200);
        assertThat(ann.body().has("access_token")).isFalse();
        assertThat(ann.text("confirmation_sent_at")).isNotEmpty();
        String password = "{\"email\":\"ann@example.com\",\"password\":\"correct horse\"}";
        assertThat(post("/token?grant_type=password", password).error())
                .isEqualTo("400 email_not_confirmed: Email not confirmed");
        String code = project.mailbox().to("ann@example.com").get(0).code();
        assertThat(post("/verify", "{\"type\":\"signup\",\"email\":\"ann@example.com\",\"token\":\"" + code + "x\"}")
                        .error())
                .isEqualTo("403 otp_expired: Token has expired or is invalid");
        String verify = "{\"type\":\"signup\",\"email\":\"ann@example.com\",\"token\":\"" + code + "\"}";
        assertThat(post("/verify", verify).status()).isEqualTo(200);
        assertThat(post("/verify", verify).status()).isEqualTo(403);
        assertThat(post("/token?grant_type=password", password).status()).isEqualTo(200);
        Answer again = post("/signup", ANN);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text("id")).isNotEqualTo(ann.text("id"));
        assertThat(again.body().path("identities")).isEmpty();
    }

    @Test
    void should_recover_by_a_mailed_link_and_never_tell_who_is_known() throws Exception {
        open("");
        post("/signup", ANN);
        assertThat(post("/recover", "{\"email\":\"nobody@example.com\"}").status())
                .isEqualTo(200);
        assertThat(project.mailbox().mails()).isEmpty();
        assertThat(post("/recover?redirect_to=https%3A%2F%2Fevil.example%2F", "{\"email\":\"ann@example.com\"}")
                        .status())
                .isEqualTo(200);

        String link = project.mailbox().mails().get(0).link();
        HttpResponse<String> followed =
                http.send(HttpRequest.newBuilder(URI.create(link)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(followed.statusCode()).isEqualTo(303);
        assertThat(followed.headers().firstValue("location").orElseThrow())
                .startsWith("http://127.0.0.1:3000#access_token=")
                .contains("&type=recovery");
        HttpResponse<String> twice =
                http.send(HttpRequest.newBuilder(URI.create(link)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(twice.headers().firstValue("location").orElseThrow())
                .contains("#error=access_denied&error_code=otp_expired");
    }

    @Test
    void should_exchange_the_code_of_a_link_only_for_its_verifier() throws Exception {
        open("");
        String verifier = "a-verifier-of-the-one-who-asked-for-the-mail";
        String challenge = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.UTF_8)));
        post(
                "/otp?redirect_to=http%3A%2F%2F127.0.0.1%3A3000%2Fcallback",
                "{\"email\":\"ann@example.com\",\"code_challenge\":\"" + challenge
                        + "\",\"code_challenge_method\":\"s256\"}");
        HttpResponse<String> followed = http.send(
                HttpRequest.newBuilder(
                                URI.create(project.mailbox().mails().get(0).link()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        String location = followed.headers().firstValue("location").orElseThrow();
        assertThat(location).startsWith("http://127.0.0.1:3000/callback?code=");
        String code = location.substring(location.indexOf('=') + 1);

        assertThat(post("/token?grant_type=pkce", "{\"auth_code\":\"" + code + "\",\"code_verifier\":\"other\"}")
                        .error())
                .startsWith("400 bad_code_verifier");
        String exchange = "{\"auth_code\":\"" + code + "\",\"code_verifier\":\"" + verifier + "\"}";
        assertThat(post("/token?grant_type=pkce", exchange).text("access_token"))
                .isNotEmpty();
        assertThat(post("/token?grant_type=pkce", exchange).error()).startsWith("404 flow_state_not_found");
    }

    @Test
    void should_make_anonymous_users_where_they_are_allowed_and_let_them_stay() throws Exception {
        open("[auth]\nenable_anonymous_sign_ins = true\n");
        Answer guest = post("/signup", "{\"data\":{\"colour\":\"red\"}}");

        assertThat(guest.status()).isEqualTo(200);
        assertThat(claims(guest.text("access_token")).path("is_anonymous").booleanValue())
                .isTrue();
        Answer kept = send(
                "PUT",
                "/user",
                guest.text("access_token"),
                "{\"email\":\"ann@example.com\",\"password\":\"correct horse\"}");
        assertThat(kept.status()).isEqualTo(200);
        assertThat(kept.body().path("is_anonymous").booleanValue()).isFalse();
        assertThat(kept.text("id")).isEqualTo(guest.body().at("/user/id").asString());
    }

    @Test
    void should_let_only_the_service_administer_users() throws Exception {
        open("");
        String service = project.keys().serviceKey();
        String ann = post("/signup", ANN).text("access_token");

        assertThat(send("GET", "/admin/users", "", "").error()).startsWith("401 no_authorization");
        assertThat(send("GET", "/admin/users", ann, "").error()).isEqualTo("403 not_admin: User not allowed");
        assertThat(send("GET", "/admin/users", project.keys().publishableKey(), "")
                        .status())
                .isEqualTo(403);
        Answer bob = send(
                "POST",
                "/admin/users",
                project.keys().secretKey(),
                "{\"email\":\"bob@example.com\",\"password\":\"correct horse\",\"email_confirm\":true,"
                        + "\"user_metadata\":{\"name\":\"Bob\"},\"app_metadata\":{\"role\":\"editor\"}}");
        assertThat(bob.status()).isEqualTo(200);
        assertThat(bob.body().at("/app_metadata/role").asString()).isEqualTo("editor");
        assertThat(send("POST", "/admin/users", service, "{\"email\":\"bob@example.com\"}")
                        .error())
                .startsWith("422 email_exists");
        Answer list = send("GET", "/admin/users?per_page=1", service, "");
        assertThat(list.body().path("users")).hasSize(1);
        assertThat(list.response().headers().firstValue("x-total-count")).hasValue("2");
        String path = "/admin/users/" + bob.text("id");
        assertThat(send("PUT", path, service, "{\"ban_duration\":\"1h30m\"}").status())
                .isEqualTo(200);
        assertThat(post("/token?grant_type=password", "{\"email\":\"bob@example.com\",\"password\":\"correct horse\"}")
                        .error())
                .isEqualTo("400 user_banned: User is banned");
        assertThat(send("DELETE", path, service, "{\"should_soft_delete\":false}")
                        .status())
                .isEqualTo(200);
        assertThat(send("GET", path, service, "").error()).isEqualTo("404 user_not_found: User not found");
        assertThat(send("GET", "/admin/users/nobody", service, "").status()).isEqualTo(404);
    }

    @Test
    void should_hand_out_links_to_the_service() throws Exception {
        open("");
        Answer link = send(
                "POST",
                "/admin/generate_link",
                project.keys().serviceKey(),
                "{\"type\":\"magiclink\",\"email\":\"ann@example.com\"}");

        assertThat(link.status()).isEqualTo(200);
        assertThat(link.text("action_link")).startsWith(project.url() + "/auth/v1/verify?token=");
        Answer session =
                post("/verify", "{\"type\":\"magiclink\",\"token_hash\":\"" + link.text("hashed_token") + "\"}");
        assertThat(session.body().at("/user/email").asString()).isEqualTo("ann@example.com");
    }

    @Test
    void should_say_what_it_is_and_what_it_has_not() throws Exception {
        open("[auth]\nenable_signup = false\n");
        assertThat(send("GET", "/health", "", "").text("name")).isEqualTo("GoTrue");
        assertThat(send("GET", "/settings", "", "")
                        .body()
                        .path("disable_signup")
                        .booleanValue())
                .isTrue();
        assertThat(post("/signup", ANN).error())
                .isEqualTo("422 signup_disabled: Signups not allowed for this instance");
        assertThat(post("/factors", "{}").status()).isEqualTo(501);
        assertThat(post("/nothing", "{}").status()).isEqualTo(404);
    }
}
