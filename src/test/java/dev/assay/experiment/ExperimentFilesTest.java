package dev.assay.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.assay.experiment.Access.Operation;
import dev.assay.experiment.Access.Who;
import dev.assay.settings.UsageError;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExperimentFilesTest {
    private static final ExperimentFiles SHIPPED = ExperimentFiles.in(Path.of("experiments"));

    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(temporary.resolve("experiments"));
    }

    @Test
    void should_list_the_names_when_one_is_unknown() throws IOException {
        write("a.yaml", "title: A\nprompt: a\n");
        write("todo-auth.yaml", "title: B\nprompt: b\n");

        assertThatThrownBy(() -> files().select("typo"))
                .isInstanceOf(UnknownExperiment.class)
                .isInstanceOf(UsageError.class)
                .hasMessage("No experiment named 'typo'; experiments/ has: a, todo-auth");
        assertThatThrownBy(() -> files().select("a,todo-aut"))
                .hasMessage(
                        "No experiment named 'todo-aut'; experiments/ has: a, todo-auth. Did you mean 'todo-auth'?");
        assertThatThrownBy(() -> files().select("x*"))
                .hasMessage("No experiment matches 'x*'; experiments/ has: a, todo-auth");
        assertThatThrownBy(() -> files().select("../experiments/a")).isInstanceOf(UnknownExperiment.class);
    }

    @Test
    void should_say_that_there_is_no_experiment_at_all() {
        assertThatThrownBy(() -> files().select("all")).hasMessageContaining("experiments/ has none");
        assertThatThrownBy(() -> ExperimentFiles.in(temporary.resolve("gone")).select("a"))
                .isInstanceOf(UnknownExperiment.class)
                .hasMessageContaining("gone does not exist");
    }

    @Test
    void should_select_by_name_list_glob_and_all_and_leave_out_matrix_files() throws IOException {
        write("chat.yaml", "broken: [");
        write("todo-auth.yaml", "title: B\nprompt: b\n");
        write("todo-auth-matrix.yaml", "extends: todo-auth\nmatrix: { planner: claude }\n");
        write("notes.txt", "no experiment");
        Files.createDirectory(folder.resolve("todo-auth"));
        write("todo-auth/inner.yaml", "title: C\n");

        assertThat(files().names()).containsExactly("chat", "todo-auth", "todo-auth-matrix");
        assertThat(selected("all")).containsExactly("chat.yaml", "todo-auth.yaml");
        assertThat(selected("")).containsExactly("chat.yaml", "todo-auth.yaml");
        assertThat(selected("todo*")).containsExactly("todo-auth.yaml");
        assertThat(selected("t?do-auth, chat,todo-auth")).containsExactly("todo-auth.yaml", "chat.yaml");
        assertThat(selected("todo-auth-matrix")).containsExactly("todo-auth-matrix.yaml");
    }

    @Test
    void should_name_file_line_what_was_found_and_what_was_expected() {
        assertThat(problems("""
                title: [a]
                prompt: Build
                limits:
                  plan: soon
                  retries: -1
                  cost: 5 EUR
                repetitions: 0
                """))
                .containsExactly(
                        "experiments/x.yaml:1: title: found a list, expected a text that is not empty",
                        "experiments/x.yaml:4: limits.plan: found 'soon', expected a duration such as 90s, 10m or 1h",
                        "experiments/x.yaml:5: limits.retries: found the number -1, expected a number from 0",
                        "experiments/x.yaml:6: limits.cost: found '5 EUR', expected an amount such as 5.00 USD",
                        "experiments/x.yaml:7: repetitions: found the number 0, expected a number from 1");
    }

    @Test
    void should_point_an_unknown_key_to_its_own_line_and_guess_what_was_meant() {
        assertThat(problems("""
                title: A
                prompt: Build
                limits:
                  plan: 1m

                  retry: 2
                promt: Build
                """))
                .containsExactly(
                        "experiments/x.yaml:6: limits: found the unknown key 'retry', expected one of retries,"
                                + " resolutions, plan, agent, tool, check, cost. Did you mean 'retries'?",
                        "experiments/x.yaml:7: found the unknown key 'promt', expected one of title, prompt, tags,"
                                + " requires, limits, diagnostics, interface, contract, matrix, repetitions,"
                                + " parallelism, fail-fast, stop-early. Did you mean 'prompt'?");
    }

    @Test
    void should_say_what_is_missing() {
        assertThat(problems("title: A\n")).containsExactly("experiments/x.yaml:1: the key 'prompt' is missing");
        assertThat(problems("title: A\nprompt: B\ncontract:\n  tables:\n    todos:\n      match: t\n"))
                .containsExactly("experiments/x.yaml:5: contract.tables.todos: the key 'access' is missing");
        assertThat(problems("title: A\nprompt:\n"))
                .containsExactly("experiments/x.yaml:2: prompt: found nothing, expected a text that is not empty");
    }

    @Test
    void should_refuse_keys_that_stand_there_twice() {
        assertThat(problems("title: A\nprompt: B\nlimits:\n  plan: 1m\n  plan: 2m\ntitle: C\n"))
                .containsExactly(
                        "experiments/x.yaml:5: the key 'plan' stands here again; it was first in line 4",
                        "experiments/x.yaml:6: the key 'title' stands here again; it was first in line 1");
    }

    @Test
    void should_give_the_line_of_broken_yaml() {
        assertThat(problems("title: A\nprompt: B\ntags: [a, b\nlimits: {}\n"))
                .singleElement()
                .asString()
                .startsWith("experiments/x.yaml:4: this is no YAML: ");
        assertThat(problems("title: A\n\tprompt: B\n"))
                .singleElement()
                .asString()
                .startsWith("experiments/x.yaml:2: this is no YAML: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "- a\n- b\n", "just words\n", "42\n", "null\n"})
    void should_refuse_what_is_no_mapping(String text) {
        assertThat(problems(text))
                .singleElement()
                .asString()
                .contains("expected")
                .startsWith("experiments/x.yaml:1: ");
    }

    @Test
    void should_refuse_aliases_further_documents_and_bytes_that_are_no_text() throws IOException {
        assertThat(problems("title: &t A\nprompt: *t\n"))
                .containsExactly("experiments/x.yaml:2: found the alias '*t', expected the value itself");
        assertThat(problems("title: A\nprompt: B\n---\ntitle: C\n"))
                .singleElement()
                .asString()
                .contains("a second document begins here");

        Files.write(folder.resolve("x.yaml"), new byte[] {'t', ':', ' ', (byte) 0xff});
        assertThatThrownBy(() -> files().read(folder.resolve("x.yaml")))
                .isInstanceOf(InvalidExperiment.class)
                .hasMessage("experiments/x.yaml:1: found bytes that are not UTF-8, expected a text file in UTF-8");
        assertThatThrownBy(() -> files().read(folder.resolve("gone.yaml")))
                .isInstanceOf(InvalidExperiment.class)
                .hasMessage("experiments/gone.yaml:1: the file does not exist");
    }

    @Test
    void should_check_access_functions_and_storage() {
        assertThat(problems("""
                title: A
                prompt: B
                contract:
                  tables:
                    a: { match: a, access: ownr }
                    b: { match: b, access: { read: everyone } }
                    c: { match: c, access: { via: { table: m, group: g }, member: [select, drop] } }
                    d: { match: d, access: [owner] }
                  functions:
                    - match: hook
                      good: { status: 2x }
                      bad: [ { why: not JSON, status: 700 } ]
                  storage: [ { bucket: photo, read: owner, write: me } ]
                  flows: [logon]
                """))
                .containsExactly(
                        "experiments/x.yaml:5: contract.tables.a.access: found 'ownr',"
                                + " expected one of owner, public-read, none. Did you mean 'owner'?",
                        "experiments/x.yaml:6: contract.tables.b.access.read: found 'everyone',"
                                + " expected one of anyone, signed-in, self, owner, nobody. Did you mean 'anyone'?",
                        "experiments/x.yaml:7: contract.tables.c.access.via: the key 'user' is missing",
                        "experiments/x.yaml:7: contract.tables.c.access.member[1]: found 'drop',"
                                + " expected one of select, insert, update, delete",
                        "experiments/x.yaml:8: contract.tables.d.access: found a list, expected owner, public-read,"
                                + " none, a mapping of read, insert, update and delete, or a mapping with via",
                        "experiments/x.yaml:11: contract.functions[0].good.status: found '2x',"
                                + " expected an HTTP status such as 404, or a class such as 2xx",
                        "experiments/x.yaml:12: contract.functions[0].bad[0].status: found the number 700,"
                                + " expected an HTTP status such as 404, or a class such as 2xx",
                        "experiments/x.yaml:13: contract.storage[0].write: found 'me',"
                                + " expected one of anyone, signed-in, self, owner, nobody",
                        "experiments/x.yaml:14: contract.flows[0]: found 'logon', expected one of auth-redirect,"
                                + " login, create-resource, realtime, presence. Did you mean 'login'?");
    }

    @Test
    void should_check_that_flows_resource_and_tables_fit_together() {
        assertThat(problems("title: A\nprompt: B\ncontract:\n  flows: [login, create-resource]\n"))
                .containsExactly("experiments/x.yaml:4: contract.flows[1]: found 'create-resource',"
                        + " expected a contract.resource that says what it creates");
        assertThat(problems("""
                title: A
                prompt: B
                contract:
                  tables: { todos: { match: t, access: owner } }
                  resource:
                    table: todo
                    text: New
                """))
                .containsExactly("experiments/x.yaml:6: contract.resource.table: found 'todo',"
                        + " expected a key of contract.tables: todos");
    }

    @Test
    void should_refuse_file_names_that_cannot_be_told_from_selections() throws IOException {
        write("all.yaml", "title: A\nprompt: B\n");
        write("a b.yaml", "title: A\nprompt: B\n");

        assertThatThrownBy(() -> files().read(folder.resolve("all.yaml")))
                .isInstanceOf(InvalidExperiment.class)
                .hasMessageContaining("experiments/all.yaml:1: found the file name 'all'");
        assertThatThrownBy(() -> files().read(folder.resolve("a b.yaml"))).isInstanceOf(InvalidExperiment.class);
    }

    @Test
    void should_read_a_small_file_with_defaults_for_the_rest() throws Exception {
        write("x.yaml", "title: A\nprompt: Build\n");

        Experiment experiment = files().read(folder.resolve("x.yaml"));

        assertThat(experiment.name()).isEqualTo("x");
        assertThat(experiment.base()).isEqualTo("x");
        assertThat(experiment.matrixFile()).isFalse();
        assertThat(experiment.limits()).isEqualTo(Limits.DEFAULT);
        assertThat(experiment.repetitions()).isEqualTo(1);
        assertThat(experiment.contract().name()).isEqualTo("default");
        assertThat(experiment.app().start()).isEqualTo("npm run preview -- --port $PORT");
        assertThat(experiment.diagnostics()).contains("npm test");
        assertThat(experiment.variants())
                .containsExactly(new Variant("auto", Role.AUTO, Role.AUTO, Role.AUTO, SkillsMode.NONE, 1));
        assertThat(experiment.recording()).isEqualTo(folder.resolve("x/recording"));
    }

    @Test
    void should_read_the_whole_language() throws Exception {
        write("x.yaml", """
                title: Whole
                prompt: >
                  Build
                  it.
                tags: [a, b]
                requires: { extensions: [pgcrypto] }
                limits: { retries: 1, resolutions: 3, plan: 90s, agent: 1h, tool: 2m, check: 3m, cost: 5.00 USD }
                diagnostics: [npm test]
                interface:
                  install: npm ci
                  build: npm run build   # tsc too
                  start: npm start
                  env: [URL, KEY]
                  ui: |
                    A list.
                      Indented.

                # of the contract
                contract:
                  tables:
                    messages: { match: "message*", access: { read: signed-in, insert: self, update: owner } }
                    projects:
                      match: "project*"
                      access: { via: { table: "*member*", group: "*team_id|*group_id", user: "*user_id", role: "*role*" }, viewer: [select], admin: all, outsider: none }
                  functions:
                    - { match: "*webhook*", verify_jwt: false, sign: { header: x-signature, secret: WEBHOOK_SECRET, algorithm: hmac-sha256 },
                        good: { body: {id: evt_1, type: paid}, status: 2xx }, bad: [ {why: bad signature, status: 4xx}, {why: not JSON, body: "{", status: 4xx} ],
                        stores: { table: "*event*", key: id, once: true } }
                  storage: [ { bucket: "*photo*", path: "{user}/…", read: owner, write: owner } ]
                  flows: [login, realtime, presence]
                  resource: { table: messages, text: "New message" }
                """);

        Experiment experiment = files().read(folder.resolve("x.yaml"));

        assertThat(experiment.prompt()).isEqualTo("Build it.");
        assertThat(experiment.extensions()).containsExactly("pgcrypto");
        assertThat(experiment.limits())
                .isEqualTo(new Limits(
                        1,
                        3,
                        Duration.ofSeconds(90),
                        Duration.ofHours(1),
                        Duration.ofMinutes(2),
                        Duration.ofMinutes(3),
                        Optional.of(new BigDecimal("5.00"))));
        assertThat(experiment.app().env()).containsExactly("URL", "KEY");
        assertThat(experiment.app().text()).isEqualTo("""
                install: npm ci
                build: npm run build   # tsc too
                start: npm start
                env: [URL, KEY]
                ui: |
                  A list.
                    Indented.""");
        Contract contract = experiment.contract();
        assertThat(contract.name()).isEqualTo("own");
        assertThat(contract.tables()).containsOnlyKeys("messages", "projects");
        assertThat(contract.tables().get("messages"))
                .isEqualTo(new Contract.TableRule(
                        "messages",
                        "message*",
                        new Access.Spelled(Who.SIGNED_IN, Who.SELF, Who.OWNER, Who.NOBODY),
                        21));
        Access.Via via = (Access.Via) contract.tables().get("projects").access();
        assertThat(via.allowed())
                .containsEntry("viewer", Set.of(Operation.SELECT))
                .containsEntry("admin", Set.of(Operation.values()))
                .containsEntry("outsider", Set.of());
        assertThat(via.role()).contains("*role*");
        assertThat(contract.functions()).singleElement().satisfies(function -> {
            assertThat(function.at("/good/body/id").asString()).isEqualTo("evt_1");
            assertThat(function.at("/bad/1/body").asString()).isEqualTo("{");
            assertThat(function.at("/verify_jwt").asBoolean()).isFalse();
        });
        assertThat(contract.storage()).hasSize(1);
        assertThat(contract.flows()).containsExactly("login", "realtime", "presence");
        assertThat(contract.resource()).contains(new Contract.Resource("messages", "New message"));
    }

    @Test
    void should_make_an_experiment_of_a_prompt() {
        Experiment experiment = files().adHoc("Build a shop.\nWith carts.");

        assertThat(experiment.name()).isEqualTo("ad-hoc");
        assertThat(experiment.title()).isEqualTo("Build a shop.");
        assertThat(experiment.prompt()).isEqualTo("Build a shop.\nWith carts.");
        assertThat(experiment.contract().name()).isEqualTo("default");
        assertThat(experiment.app().text()).startsWith("install: npm ci\n").contains("supabase/migrations");
        assertThat(experiment.variants()).extracting(Variant::id).containsExactly("auto");
        assertThat(experiment.recording()).doesNotExist();
    }

    @Test
    void should_ship_experiments_that_are_valid_and_name_their_schema() throws Exception {
        assertThat(SHIPPED.names()).contains("todo-auth", "todo-auth-matrix");
        for (String name : SHIPPED.names()) {
            Path file = SHIPPED.directory().resolve(name + ".yaml");
            SHIPPED.read(file);
            assertThat(Files.readAllLines(file).get(0))
                    .isEqualTo("# yaml-language-server: $schema=../src/main/resources/experiment.schema.json");
        }
        Experiment todo = SHIPPED.read(SHIPPED.directory().resolve("todo-auth.yaml"));
        assertThat(todo.variants()).extracting(Variant::id).containsExactly("auto");
        assertThat(todo.contract().tables().get("todos").access()).isEqualTo(new Access.Owner());
        assertThat(todo.app().text()).contains("\"New todo\"").doesNotContain("never shown");
    }

    private List<String> problems(String text) {
        try {
            write("x.yaml", text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        InvalidExperiment thrown =
                catchThrowableOfType(InvalidExperiment.class, () -> files().read(folder.resolve("x.yaml")));
        assertThat(thrown).as("no problem found in:%n%s", text).isNotNull();
        return thrown.problems().stream().map(Problem::toString).toList();
    }

    private List<String> selected(String selection) {
        return files().select(selection).stream()
                .map(file -> folder.relativize(file).toString())
                .toList();
    }

    private ExperimentFiles files() {
        return ExperimentFiles.in(folder);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }
}
