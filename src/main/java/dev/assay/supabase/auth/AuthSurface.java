package dev.assay.supabase.auth;

import dev.assay.supabase.ApiKeys;
import dev.assay.supabase.Exchange;
import dev.assay.supabase.Surface;
import dev.assay.supabase.project.ProjectConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /auth/v1}. Each request is one transaction, undone where it is refused, but for what must stay: a reused
 * refresh token ends its session all the same.
 */
public final class AuthSurface implements Surface {
    private static final Logger LOG = LoggerFactory.getLogger(AuthSurface.class);
    private static final String VERSION_HEADER = "X-Supabase-Api-Version";
    private static final String VERSION = "2024-01-01";

    private static final Pattern FACTORS_OF_USER = Pattern.compile("/admin/users/([^/]+)/factors(?:/([^/]+))?");

    private final ApiKeys keys;
    private final ProjectConfig.Auth config;
    private final Jdbi jdbi;
    private final Sessions sessions;
    private final SignedIn signedIn;
    private final SignUps signUps;
    private final Grants grants;
    private final Account account;
    private final MailLinks mailLinks;
    private final Admin admin;
    private final Factors factors;

    /**
     * @param database connections as {@code supabase_auth_admin}
     * @param keys the project's
     * @param config section {@code [auth]} of the project
     * @param apiUrl the project's URL as callers know it, without a slash at its end
     * @param mailbox takes the mails
     * @param clock what tokens and codes expire by
     */
    public AuthSurface(
            DataSource database,
            ApiKeys keys,
            ProjectConfig.Auth config,
            Supplier<String> apiUrl,
            Mailbox mailbox,
            Clock clock) {
        this.keys = keys;
        this.config = config;
        this.jdbi = Jdbi.create(database);
        Hooks hooks = new Hooks(config.rules().hooks(), clock);
        Users users = new Users(config, hooks);
        AccessTokens accessTokens = new AccessTokens(keys.signing(), hooks, apiUrl, config.jwtExpiry(), clock);
        this.sessions = new Sessions(config, users, accessTokens, clock);
        this.signedIn = new SignedIn(keys, users, sessions);
        OneTimeTokens tokens = new OneTimeTokens(config, apiUrl, mailbox, hooks, clock);
        Redirects redirects = new Redirects(config);
        Flows flows = new Flows(clock);
        this.signUps = new SignUps(config, users, sessions, tokens, redirects, flows);
        this.grants = new Grants(users, sessions, flows, hooks, clock);
        this.account = new Account(config, users, sessions, tokens, redirects, flows);
        this.mailLinks = new MailLinks(config, users, sessions, tokens, redirects, flows, clock);
        this.admin = new Admin(users, tokens, redirects, clock);
        this.factors = new Factors(config, users, sessions, clock);
    }

    @Override
    public String prefix() {
        return "/auth/v1";
    }

    @Override
    public void handle(Exchange exchange) throws IOException {
        // links of mails are followed without any key
        keys.caller(exchange.header("apikey"), Optional.empty());
        try {
            route(exchange, Form.of(exchange));
        } catch (AuthError error) {
            refuse(exchange, error);
        }
    }

    private void route(Exchange exchange, Form form) throws IOException {
        String path = exchange.path().replaceFirst("/+$", "");
        switch (exchange.method() + " " + path) {
            case "GET /health" -> json(exchange, health());
            case "GET /settings" -> json(exchange, settings());
            case "GET /.well-known/jwks.json" -> publicKeys(exchange);
            case "POST /signup" -> json(exchange, form, handle -> signUps.signUp(handle, form, exchange));
            case "POST /token" -> token(exchange, form);
            case "GET /user" ->
                json(
                        exchange,
                        form,
                        handle -> signedIn.user(handle, exchange).user().json());
            case "PUT /user" ->
                json(exchange, form, handle -> {
                    SignedIn.Identity who = signedIn.user(handle, exchange);
                    factors.checkMayChange(handle, form, who);
                    return account.update(handle, form, who);
                });
            case "POST /factors" ->
                json(exchange, form, handle -> factors.enroll(handle, form, signedIn.user(handle, exchange)));
            case "POST /logout" -> logout(exchange, form);
            case "POST /recover" -> empty(exchange, handle -> mailLinks.recover(handle, form));
            case "POST /otp", "POST /magiclink" -> empty(exchange, handle -> mailLinks.oneTimePassword(handle, form));
            case "POST /resend" -> empty(exchange, handle -> mailLinks.resend(handle, form));
            case "POST /verify" -> json(exchange, form, handle -> mailLinks.verify(handle, form, exchange));
            case "GET /verify" -> redirect(exchange, handle -> mailLinks.follow(handle, form, exchange));
            case "GET /authorize" -> throw noProvider(form);
            case "GET /user/identities/authorize" ->
                json(exchange, form, handle -> {
                    signedIn.user(handle, exchange);
                    account.checkMayLink();
                    throw noProvider(form);
                });
            case "GET /reauthenticate" ->
                empty(exchange, handle -> account.reauthenticate(handle, signedIn.user(handle, exchange)));
            case "POST /invite" -> admin(exchange, form, handle -> admin.invite(handle, form));
            case "POST /admin/generate_link" -> admin(exchange, form, handle -> admin.generateLink(handle, form));
            case "POST /admin/users" -> admin(exchange, form, handle -> admin.create(handle, form));
            case "GET /admin/users" -> list(exchange, form);
            default -> routeByPrefix(exchange, form, path);
        }
    }

    private void routeByPrefix(Exchange exchange, Form form, String path) throws IOException {
        String users = "/admin/users/";
        if (path.startsWith(users) && path.indexOf('/', users.length()) < 0) {
            String id = path.substring(users.length());
            switch (exchange.method()) {
                case "GET" -> admin(exchange, form, handle -> admin.get(handle, id));
                case "PUT" -> admin(exchange, form, handle -> admin.update(handle, id, form));
                case "DELETE" -> admin(exchange, form, handle -> admin.delete(handle, id, form));
                default -> throw new AuthError(405, "unknown", "405: Method Not Allowed");
            }
            return;
        }
        String identities = "/user/identities/";
        if (path.startsWith(identities) && exchange.method().equals("DELETE")) {
            String id = path.substring(identities.length());
            json(exchange, form, handle -> account.unlink(handle, id, signedIn.user(handle, exchange)));
            return;
        }
        if (path.startsWith("/factors/")) {
            factor(exchange, form, path.substring("/factors/".length()));
            return;
        }
        Matcher factor = FACTORS_OF_USER.matcher(path);
        if (factor.matches()) {
            factorOfUser(exchange, form, factor.group(1), factor.group(2));
            return;
        }
        if (path.startsWith("/sso")
                || path.startsWith("/callback")
                || path.startsWith("/oauth")
                || path.startsWith("/user/")
                || path.startsWith("/admin/")) {
            throw new AuthError(
                    501,
                    "not_implemented",
                    exchange.method() + " /auth/v1" + path
                            + " is not part of the embedded Supabase (SSO and OAuth providers are not); use a"
                            + " local or hosted target for it");
        }
        throw new AuthError(404, "unknown", "404 page not found");
    }

    private void factor(Exchange exchange, Form form, String rest) throws IOException {
        String id = rest.split("/", 2)[0];
        switch (exchange.method() + rest.substring(id.length())) {
            case "POST/challenge" ->
                json(
                        exchange,
                        form,
                        handle -> factors.challenge(handle, id, signedIn.user(handle, exchange), exchange));
            case "POST/verify" ->
                json(
                        exchange,
                        form,
                        handle -> factors.verify(handle, id, form, signedIn.user(handle, exchange), exchange));
            case "DELETE" ->
                json(exchange, form, handle -> factors.unenroll(handle, id, signedIn.user(handle, exchange)));
            default -> throw new AuthError(404, "unknown", "404 page not found");
        }
    }

    private void factorOfUser(Exchange exchange, Form form, String user, @Nullable String id) throws IOException {
        signedIn.requireAdmin(exchange);
        switch (exchange.method() + (id == null ? "" : " id")) {
            case "GET" ->
                exchange.respondJson(
                        200, inTransaction(handle -> factors.list(handle, user)).toString());
            case "PUT id" ->
                json(exchange, form, handle -> factors.rename(handle, user, Objects.requireNonNull(id), form));
            case "DELETE id" ->
                json(exchange, form, handle -> factors.delete(handle, user, Objects.requireNonNull(id)));
            default -> throw new AuthError(405, "unknown", "405: Method Not Allowed");
        }
    }

    private void token(Exchange exchange, Form form) throws IOException {
        switch (form.parameter("grant_type").orElse("")) {
            case "password" -> json(exchange, form, handle -> grants.byPassword(handle, form, exchange));
            case "pkce" -> json(exchange, form, handle -> grants.byCode(handle, form, exchange));
            case "refresh_token" -> json(exchange, form, handle -> grants.byRefreshToken(handle, form));
            case "id_token", "web3" ->
                throw new AuthError(
                        501, "not_implemented", "Sign-in by a provider's token is not part of the embedded Supabase");
            default -> throw new AuthError(400, "invalid_credentials", "unsupported_grant_type");
        }
    }

    private void logout(Exchange exchange, Form form) throws IOException {
        String scope = form.parameter("scope").orElse("global");
        if (!scope.equals("global") && !scope.equals("local") && !scope.equals("others")) {
            throw AuthError.invalid("Unsupported logout scope \"" + scope + "\"");
        }
        inTransaction(handle -> {
            SignedIn.Identity who = signedIn.user(handle, exchange);
            sessions.end(handle, who.user().id(), who.session(), scope);
            return who;
        });
        exchange.respond(204, Map.of(), new byte[0]);
    }

    private void list(Exchange exchange, Form form) throws IOException {
        signedIn.requireAdmin(exchange);
        Admin.Page page = inTransaction(handle -> admin.list(handle, form));
        Map<String, String> headers = new LinkedHashMap<>(page.headers());
        headers.put("Content-Type", "application/json");
        exchange.respond(200, headers, bytes(page.body()));
    }

    private void admin(Exchange exchange, Form form, Function<Handle, ObjectNode> work) throws IOException {
        signedIn.requireAdmin(exchange);
        json(exchange, form, work);
    }

    /** How a transaction ended: with a value, or with a refusal that does not undo it. */
    private record Ended<T extends @Nullable Object>(T value, Optional<AuthError> refusal) {}

    private <T> T inTransaction(Function<Handle, T> work) {
        Ended<@Nullable T> ended = jdbi.inTransaction(handle -> {
            try {
                return new Ended<@Nullable T>(work.apply(handle), Optional.empty());
            } catch (AuthError refusal) {
                if (refusal.isKept()) {
                    return new Ended<@Nullable T>(null, Optional.of(refusal));
                }
                throw refusal;
            }
        });
        if (ended.refusal().isPresent()) {
            throw ended.refusal().get();
        }
        return Objects.requireNonNull(ended.value());
    }

    /** Enabled in the file or not, this project has no provider to send anybody to. */
    private AuthError noProvider(Form form) {
        String provider = form.parameter("provider").orElse("");
        if (config.rules().providers().contains(provider)) {
            return new AuthError(
                    501,
                    "not_implemented",
                    "Sign-in by " + provider + " is not part of the embedded Supabase, though config.toml turns it on;"
                            + " use a local or hosted target for it");
        }
        return AuthError.invalid("Unsupported provider: provider is not enabled");
    }

    private void publicKeys(Exchange exchange) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("Cache-Control", "public, max-age=600");
        exchange.respond(200, headers, keys.signing().publicJson().getBytes(StandardCharsets.UTF_8));
    }

    private void json(Exchange exchange, Form form, Function<Handle, ObjectNode> work) throws IOException {
        json(exchange, inTransaction(work));
    }

    private static void json(Exchange exchange, ObjectNode body) throws IOException {
        exchange.respond(200, Map.of("Content-Type", "application/json"), bytes(body));
    }

    private void empty(Exchange exchange, Consumer<Handle> work) throws IOException {
        jdbi.useTransaction(work::accept);
        json(exchange, JsonNodeFactory.instance.objectNode());
    }

    private void redirect(Exchange exchange, Function<Handle, String> work) throws IOException {
        exchange.respond(303, Map.of("Location", inTransaction(work)), new byte[0]);
    }

    private static byte[] bytes(ObjectNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Callers that name the API version of 2024 get the error's code as text, older ones the status as number. */
    private static void refuse(Exchange exchange, AuthError error) throws IOException {
        if (error.getCause() != null) {
            LOG.warn("{} {}: {}: {}", exchange.method(), exchange.path(), error.words(), root(error.getCause()));
        }
        boolean current = exchange.header(VERSION_HEADER)
                .filter(version -> version.compareTo(VERSION) >= 0)
                .isPresent();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (current) {
            body.put("code", error.code());
            body.put("message", error.words());
        } else {
            body.put("code", error.status());
            body.put("error_code", error.code());
            body.put("msg", error.words());
        }
        if (error.code().equals("weak_password")) {
            ArrayNode reasons = body.putObject("weak_password").putArray("reasons");
            error.weaknesses().forEach(reasons::add);
        }
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("X-Sb-Error-Code", error.code());
        if (current) {
            headers.put(VERSION_HEADER, VERSION);
        }
        exchange.respond(error.status(), headers, bytes(body));
    }

    /** What the database said; what stands around it quotes the statement's arguments, passwords among them. */
    private static String root(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    private static ObjectNode health() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("version", "v2.180.0")
                .put("name", "GoTrue")
                .put("description", "GoTrue is a user registration and authentication API");
    }

    private ObjectNode settings() {
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        ObjectNode external = settings.putObject("external");
        external.put("anonymous_users", config.anonymous());
        external.put("email", config.emailSignups());
        external.put("phone", false);
        settings.put("disable_signup", !config.signups());
        settings.put("mailer_autoconfirm", !config.confirmations());
        settings.put("phone_autoconfirm", false);
        settings.put("sms_provider", "");
        settings.put("saml_enabled", false);
        return settings;
    }
}
