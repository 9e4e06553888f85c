package dev.assay.supabase.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.assay.supabase.SupabaseFixture;
import dev.assay.supabase.SupabaseProject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

class EmbeddedSupabaseExtensionTest {
    private static final Queue<String> SEEN = new ConcurrentLinkedQueue<>();

    @Test
    void should_say_which_migration_does_not_apply() {
        Events tests = run(BrokenProject.class);

        tests.assertStatistics(counts -> counts.failed(1));
        assertThat(failures(tests)).singleElement().asString().contains("20260101000000_broken.sql", "nowhere");
    }

    @Test
    void should_say_where_it_looked_for_the_project() {
        assertThat(failures(run(NoProject.class))).singleElement().asString().contains("no-such-folder", "supabase/");
    }

    @Test
    void should_give_each_test_a_project_of_its_own_and_drop_it_afterwards() {
        Events tests = run(TwoTests.class);

        tests.assertStatistics(counts -> counts.succeeded(2).failed(0));
        assertThat(SEEN).hasSize(2).doesNotHaveDuplicates();
        assertThat(SEEN).allSatisfy(url -> assertThat(answers(url)).isFalse());
    }

    private static Events run(Class<?> tests) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(tests))
                .configurationParameter("junit.jupiter.conditions.deactivate", "org.junit.*DisabledCondition")
                .execute()
                .testEvents();
    }

    private static List<String> failures(Events tests) {
        return tests.failed().stream()
                .map(event -> event.getRequiredPayload(org.junit.platform.engine.TestExecutionResult.class)
                        .getThrowable()
                        .map(Throwable::getMessage)
                        .orElse(""))
                .toList();
    }

    private static boolean answers(String url) {
        try {
            HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.discarding());
            return true;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @EmbeddedSupabase(project = "no-such-folder")
    @org.junit.jupiter.api.Disabled("run by the test above")
    static class NoProject {
        @Test
        void asks(SupabaseProject supabase) {}
    }

    @EmbeddedSupabase(project = BrokenProject.FOLDER)
    @org.junit.jupiter.api.Disabled("run by the test above")
    static class BrokenProject {
        static final String FOLDER = "target/jupiter-broken-project";

        @BeforeAll
        static void write() throws IOException {
            Path migrations = Files.createDirectories(Path.of(FOLDER, "supabase/migrations"));
            Files.writeString(migrations.resolve("20260101000000_broken.sql"), "alter table nowhere add a int;");
        }

        @Test
        void asks(SupabaseProject supabase) {}
    }

    @EmbeddedSupabase
    @TestInstance(TestInstance.Lifecycle.PER_METHOD)
    @org.junit.jupiter.api.Disabled("run by the test above")
    static class TwoTests {
        @Test
        void one(SupabaseProject supabase) throws Exception {
            SupabaseFixture.value(supabase.jdbcUrl(), "create table notes (id int)", "select 1");
            SEEN.add(supabase.url());
        }

        @Test
        void other(SupabaseProject supabase, SupabaseProject again) throws Exception {
            assertThat(again).isSameAs(supabase);
            assertThat(SupabaseFixture.value(supabase.jdbcUrl(), "select to_regclass('public.notes') is null"))
                    .isEqualTo("t");
            SEEN.add(supabase.url());
        }
    }
}
