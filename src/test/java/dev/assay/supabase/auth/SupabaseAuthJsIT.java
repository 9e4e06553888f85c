package dev.assay.supabase.auth;

import static dev.assay.supabase.SupabaseFixture.value;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.SupabaseJs;
import dev.assay.supabase.SupabaseProject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Every auth flow as the real supabase-js calls it: each check of {@code supabase-auth.mjs} is a test. */
@Timeout(600)
class SupabaseAuthJsIT {
    @RegisterExtension
    static final SupabaseFixture SUPABASE = new SupabaseFixture();

    private static SupabaseProject open;
    private static SupabaseProject confirming;
    private static SupabaseJs client;

    @TempDir
    static Path folder;

    @BeforeAll
    static void open() throws Exception {
        Path app = Files.createDirectories(folder.resolve("app/supabase")).getParent();
        Files.writeString(
                app.resolve("supabase/keys.json"),
                "[" + new ECKeyGenerator(Curve.P_256).keyID("own").generate().toJSONString() + "]");
        open = SUPABASE.open(app, """
                [auth]
                enable_anonymous_sign_ins = true
                refresh_token_reuse_interval = 0
                signing_keys_path = "./keys.json"
                """);
        value(
                open.jdbcUrl(),
                "create table public.notes (id serial primary key, owner uuid not null default auth.uid(), body text)",
                "alter table public.notes enable row level security",
                "create policy own on public.notes using (owner = auth.uid()) with check (owner = auth.uid())");
        confirming = SUPABASE.open(folder.resolve("other"), "[auth.email]\nenable_confirmations = true\n");
        client = new SupabaseJs(folder, "supabase-js-2.119.0", "@supabase/supabase-js@2.119.0");
    }

    @AfterAll
    static void close() {
        client.close();
        open.close();
        confirming.close();
    }

    @TestFactory
    Stream<DynamicTest> should_serve_every_auth_flow() throws Exception {
        return client.checks(
                SupabaseAuthJsIT.class,
                "supabase-auth.mjs",
                45,
                open.url(),
                open.keys().anonKey(),
                open.keys().serviceKey(),
                confirming.url(),
                confirming.keys().anonKey(),
                confirming.keys().serviceKey());
    }
}
