package dev.assay.supabase.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectConfigTest {
    private @TempDir Path project;

    private ProjectConfig read(String toml) throws IOException {
        Files.createDirectories(project.resolve("supabase"));
        Files.writeString(project.resolve("supabase/config.toml"), toml);
        return ProjectConfig.read(project);
    }

    @Test
    void should_name_the_line_of_a_syntax_error() {
        assertThatThrownBy(() -> read("[api]\nport = 54321\nschemas = [\"public\"\n[auth]\n"))
                .isInstanceOf(ProjectConfig.BrokenConfig.class)
                .hasMessageStartingWith("supabase/config.toml:4: not valid TOML");
    }

    @Test
    void should_name_the_key_of_a_wrong_value() {
        assertThatThrownBy(() -> read("[auth]\nenable_signup = \"yes\"\n"))
                .hasMessage("supabase/config.toml: auth.enable_signup must be true or false, but is \"yes\"");
        assertThatThrownBy(() -> read("[api]\nschemas = [1]\n"))
                .hasMessageContaining("api.schemas must be a list of texts");
        assertThatThrownBy(() -> read("[api]\nschemas = []\n")).hasMessageContaining("at least one schema");
        assertThatThrownBy(() -> read("[auth]\njwt_expiry = -1\n")).hasMessageContaining("auth.jwt_expiry");
    }

    @Test
    void should_have_the_defaults_of_the_cli_without_a_file() {
        ProjectConfig config = ProjectConfig.read(project);

        assertThat(config).isEqualTo(ProjectConfig.defaults());
        assertThat(config.api().port()).isEqualTo(54321);
        assertThat(config.database().port()).isEqualTo(54322);
        assertThat(config.api().schemas()).containsExactly("public", "graphql_public");
        assertThat(config.api().maxRows()).isEqualTo(1000);
        assertThat(config.auth().signups()).isTrue();
        assertThat(config.auth().confirmations()).isFalse();
        assertThat(config.auth().minimumPasswordLength()).isEqualTo(6);
        assertThat(config.auth().jwtExpiry()).isEqualTo(Duration.ofHours(1));
        assertThat(config.auth().reuseInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.verifyJwt("hello")).isTrue();
    }

    @Test
    void should_read_what_the_file_says() throws Exception {
        ProjectConfig config = read("""
                project_id = "todo"
                [api]
                port = 55321
                schemas = ["public", "private"]
                max_rows = 5
                [db.seed]
                enabled = true
                sql_paths = ["./seeds/*.sql"]
                [auth]
                site_url = "http://localhost:5173"
                additional_redirect_urls = ["https://x.dev/**"]
                minimum_password_length = 8
                [auth.email]
                enable_confirmations = true
                [functions.hello]
                verify_jwt = false
                """);

        assertThat(config.api().port()).isEqualTo(55321);
        assertThat(config.api().schemas()).containsExactly("public", "private");
        assertThat(config.api().maxRows()).isEqualTo(5);
        assertThat(config.seed().paths()).containsExactly("./seeds/*.sql");
        assertThat(config.auth().siteUrl()).isEqualTo("http://localhost:5173");
        assertThat(config.auth().confirmations()).isTrue();
        assertThat(config.auth().minimumPasswordLength()).isEqualTo(8);
        assertThat(config.verifyJwt("hello")).isFalse();
        assertThat(config.verifyJwt("other")).isTrue();
    }
}
