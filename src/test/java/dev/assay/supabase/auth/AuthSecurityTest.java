package dev.assay.supabase.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.SignedJWT;
import dev.assay.supabase.ProjectKeys;
import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.auth.AuthProject.Answer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;

class AuthSecurityTest {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    @RegisterExtension
    final AuthProject auth = new AuthProject(SUPABASE);

    @Test
    void should_refuse_forged_expired_and_orphaned_tokens() throws Exception {
        auth.open("");
        Answer ann = auth.post("/signup", AuthProject.ANN);
        String id = ann.body().at("/user/id").asString();
        Instant later = Instant.now().plusSeconds(600);

        assertThat(auth.send("GET", "/user", "", "").error()).startsWith("401 no_authorization");
        assertThat(auth.send("GET", "/user", auth.token(ProjectKeys.random().jwtSecret(), id, later), "")
                        .error())
                .startsWith("403 bad_jwt: invalid JWT: unable to parse or verify signature");
        assertThat(auth.send(
                                "GET",
                                "/user",
                                auth.token(
                                        auth.project().keys().jwtSecret(),
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
        assertThat(auth.send("GET", "/user", none + "." + parts[1] + ".", "").error())
                .startsWith("403 bad_jwt");
        assertThat(auth.send("GET", "/user", auth.project().keys().anonKey(), "")
                        .error())
                .isEqualTo("403 bad_jwt: invalid claim: missing sub claim");
        assertThat(auth.send(
                                "GET",
                                "/user",
                                auth.token(
                                        auth.project().keys().jwtSecret(),
                                        "00000000-0000-0000-0000-000000000001",
                                        later),
                                "")
                        .error())
                .isEqualTo("403 user_not_found: User from sub claim in JWT does not exist");
    }

    @Test
    void should_sign_with_keys_of_the_project_and_never_mistake_one_for_a_secret() throws Exception {
        ECKey own = new ECKeyGenerator(Curve.P_256).keyID("own").generate();
        ECKey foreign = new ECKeyGenerator(Curve.P_256).keyID("own").generate();
        Files.createDirectories(auth.folder().resolve("supabase"));
        Files.writeString(auth.folder().resolve("supabase/keys.json"), "[" + own.toJSONString() + "]");
        auth.open("[auth]\nsigning_keys_path = \"./keys.json\"\n");
        Answer ann = auth.post("/signup", AuthProject.ANN);
        SignedJWT token = SignedJWT.parse(ann.text("access_token"));
        assertThat(token.getHeader().getAlgorithm()).isEqualTo(JWSAlgorithm.ES256);

        SignedJWT forged = new SignedJWT(token.getHeader(), token.getJWTClaimsSet());
        forged.sign(new ECDSASigner(foreign));
        assertThat(auth.send("GET", "/user", forged.serialize(), "").error()).startsWith("403 bad_jwt");
        // the public key, taken for the secret of HS256
        SignedJWT confused = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("own").build(), token.getJWTClaimsSet());
        confused.sign(new MACSigner(own.toPublicJWK().toJSONString()));
        assertThat(auth.send("GET", "/user", confused.serialize(), "").error()).startsWith("403 bad_jwt");
        assertThat(auth.send("GET", "/user", ann.text("access_token"), "").status())
                .isEqualTo(200);
        JsonNode shown =
                auth.send("GET", "/.well-known/jwks.json", "", "").body().path("keys");
        assertThat(shown).hasSize(1);
        assertThat(shown.get(0).path("kid").asString()).isEqualTo("own");
        assertThat(shown.get(0).has("d")).isFalse();
    }

    @Test
    void should_never_run_a_token_of_another_project_or_one_without_signature_as_any_role() throws Exception {
        auth.open("");
        auth.sql("create table public.secrets (id int); insert into public.secrets values (1)");
        String[] parts = auth.project().keys().serviceKey().split("\\.", -1);
        String none = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8));
        String expired = auth.token(
                auth.project().keys().jwtSecret(),
                "00000000-0000-0000-0000-000000000001",
                Instant.now().minusSeconds(3600));
        List<String> bad = List.of(
                ProjectKeys.random().serviceKey(),
                ProjectKeys.random().secretKey(),
                none + "." + parts[1] + ".",
                expired,
                parts[0] + "." + parts[1] + ".x");

        for (String key : bad) {
            for (String path : List.of("/rest/v1/secrets", "/auth/v1/admin/users", "/auth/v1/settings")) {
                HttpRequest byKey = HttpRequest.newBuilder(
                                URI.create(auth.project().url() + path))
                        .header("apikey", key)
                        .build();
                HttpResponse<String> answer = auth.http().send(byKey, HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(path + " with " + key).isEqualTo(401);
                assertThat(answer.body()).doesNotContain("\"id\"");
            }
            assertThat(auth.send("GET", "/admin/users", key, "").status()).isEqualTo(403);
            assertThat(auth.send("POST", "/logout", key, "").status()).isEqualTo(403);
        }
        assertThat(auth.send("GET", "/admin/users", auth.project().keys().serviceKey(), "")
                        .status())
                .isEqualTo(200);
    }
}
