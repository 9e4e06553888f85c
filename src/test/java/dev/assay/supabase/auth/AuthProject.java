package dev.assay.supabase.auth;

import static dev.assay.supabase.SupabaseFixture.value;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.SupabaseProject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.Date;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A project of one test's own, and requests to its {@code /auth/v1}. */
final class AuthProject implements AfterEachCallback {
    static final JsonMapper JSON = JsonMapper.builder().build();
    static final String ANN =
            "{\"email\":\"Ann@Example.com\",\"password\":\"correct horse\"," + "\"data\":{\"name\":\"Ann\"}}";

    private final SupabaseFixture supabase;
    private final HttpClient http = HttpClient.newHttpClient();
    private Path folder;
    private SupabaseProject project;

    AuthProject(SupabaseFixture supabase) {
        this.supabase = supabase;
    }

    record Answer(int status, JsonNode body, HttpResponse<String> response) {
        String text(String name) {
            return body.path(name).asString("");
        }

        String error() {
            return status + " " + text("error_code") + ": " + text("msg");
        }
    }

    /** Opens the project with a {@code config.toml}; files may be put into {@link #folder} before. */
    void open(String config) throws Exception {
        project = supabase.open(folder(), config);
    }

    Path folder() throws IOException {
        if (folder == null) {
            folder = Files.createTempDirectory("auth-project");
        }
        return folder;
    }

    SupabaseProject project() {
        return project;
    }

    HttpClient http() {
        return http;
    }

    Answer send(String method, String path, String token, String body, String... headers) throws Exception {
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

    Answer post(String path, String body) throws Exception {
        return send("POST", path, "", body);
    }

    Answer refresh(String token) throws Exception {
        return post("/token?grant_type=refresh_token", "{\"refresh_token\":\"" + token + "\"}");
    }

    /** Where a mailed link leads. */
    String follow(String link) throws Exception {
        HttpResponse<String> response =
                http.send(HttpRequest.newBuilder(URI.create(link)).build(), HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " "
                + response.headers().firstValue("location").orElse("");
    }

    static JsonNode claims(String token) {
        return JSON.readTree(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]));
    }

    String sql(String... statements) throws Exception {
        return value(project.superuserUrl(), statements);
    }

    String token(String secret, String subject, Instant expires) throws Exception {
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

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        if (project != null) {
            project.close();
        }
        if (folder != null) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
