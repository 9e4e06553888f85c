package dev.assay.supabase.jupiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;

class DocumentedTestIsTrueTest {
    private static final Path PAGE = Path.of("docs", "embedded-supabase.md");

    @TempDir
    private Path folder;

    @Test
    void should_run_as_the_page_shows_it() throws Exception {
        Matcher shown = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
        assertThat(shown.find()).isTrue();
        Path migrations = Files.createDirectories(folder.resolve("my-app/supabase/migrations"));
        Files.writeString(migrations.resolve("20260101000000_todos.sql"), """
                create table todos (id int primary key, title text);
                alter table todos enable row level security;
                insert into todos values (1, 'not for a visitor');
                """);
        Path source = folder.resolve("TodosTest.java");
        Files.writeString(
                source,
                shown.group(1)
                        .replace("\"my-app\"", "\"" + folder.resolve("my-app") + "\"")
                        .replace("class TodosTest", "public class TodosTest"));
        ByteArrayOutputStream said = new ByteArrayOutputStream();

        int exit = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        said,
                        "-proc:none",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        "-d",
                        folder.toString(),
                        source.toString());

        assertThat(exit).as(() -> said.toString(StandardCharsets.UTF_8)).isZero();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, Thread.currentThread().getContextClassLoader())) {
            EngineTestKit.engine("junit-jupiter")
                    .selectors(selectClass(loader.loadClass("TodosTest")))
                    .execute()
                    .testEvents()
                    .assertStatistics(counts -> counts.succeeded(1).failed(0));
        }
    }
}
