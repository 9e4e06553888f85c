package dev.assay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.assay.experiment.ExperimentFiles;
import dev.assay.postgres.PostgresCluster;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.store.LogDatabase;
import dev.assay.store.SqlQuery;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xml.sax.InputSource;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Walks every block of code that README, CONTRIBUTING and the pages of docs/ show. Commands are understood by the command
 * line as it is, options exist, experiments are valid, statements run on an empty store, Java compiles. A block of a kind
 * that is not known here fails, so that none is shown that no test has seen.
 */
class DocumentationTest {
    /** Goals and properties that are Maven's or this build's own. */
    private static final Set<String> GOALS =
            Set.of("verify", "test", "package", "install", "clean", "spotless:apply", "-Preport", "-B", "-o", "-q");

    private static final Set<String> PROPERTIES =
            Set.of("skipTests", "test", "it.test", "surefire.failIfNoSpecifiedTests", "maven.repo.local");

    /** Commands that are not Assay's; the block must be good bash all the same. */
    private static final Set<String> OTHERS =
            Set.of("cd", "export", "source", "assay()", "git", "npm", "npx", "apt-get", "curl", "bash", "jq");

    /** What the pages call an experiment of one's own, beside words in capitals. */
    private static final String OWN = "guestbook";

    private static PostgresCluster cluster;
    private static LogDatabase store;

    @TempDir
    Path folder;

    record Block(Path page, int line, String kind, String text) {
        @Override
        public String toString() {
            return page + ":" + line + (kind.isEmpty() ? "" : " " + kind);
        }
    }

    @BeforeAll
    static void openStore() throws InterruptedException {
        cluster = PostgresCluster.start(
                PostgresCluster.Options.empty(Path.of(System.getProperty("user.home"), ".cache", "assay")));
        cluster.createDatabase("log", "template0", cluster.superuser());
        store = LogDatabase.at(cluster.jdbcUrl("log", cluster.superuser(), cluster.superuserPassword()));
    }

    @AfterAll
    static void closeStore() {
        store.close();
        cluster.close();
    }

    static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(Path.of("docs"))) {
            return Stream.concat(
                            Stream.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")),
                            docs.filter(page -> page.toString().endsWith(".md")).sorted())
                    .toList();
        }
    }

    static List<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        for (Path page : pages()) {
            blocks.addAll(blocks(page, Files.readAllLines(page)));
        }
        return blocks;
    }

    /** Fenced blocks, and those that are set in by four blanks. */
    private static List<Block> blocks(Path page, List<String> lines) {
        List<Block> blocks = new ArrayList<>();
        boolean list = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("```")) {
                int end = i + 1;
                while (end < lines.size() && !lines.get(end).startsWith("```")) {
                    end++;
                }
                blocks.add(new Block(
                        page, i + 1, line.substring(3).strip(), String.join("\n", lines.subList(i + 1, end)) + "\n"));
                i = end;
            } else if (!list
                    && line.startsWith("    ")
                    && (i == 0 || lines.get(i - 1).isBlank())) {
                int end = i;
                while (end < lines.size()
                        && (lines.get(end).startsWith("    ") || lines.get(end).isBlank())) {
                    end++;
                }
                blocks.add(new Block(
                        page,
                        i + 1,
                        "",
                        String.join("\n", lines.subList(i, end)).stripIndent().strip() + "\n"));
                i = end - 1;
            } else if (!line.isBlank()) {
                list = line.matches("\\s*([-*]|\\d+\\.) .*") || (list && line.startsWith(" "));
            }
        }
        return blocks;
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void should_be_true(Block block) throws Exception {
        switch (block.kind()) {
            case "", "bash", "sh", "shell" -> commands(block.text());
            case "java" -> compiles(block.text());
            case "yaml" -> yaml(block.text());
            case "sql" -> sql(block.text());
            case "xml" ->
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(block.text())));
            case "json" -> JsonMapper.shared().readTree(block.text());
            case "text" -> {
                if (block.text().startsWith("$ ")) {
                    // a command and its answer, which DocumentedAnalysisIsTrueTest compares
                    commands(block.text().lines().findFirst().orElseThrow().substring(2));
                } else {
                    tree(block.text());
                }
            }
            default ->
                fail(block + ": no test knows blocks of the kind '" + block.kind()
                        + "'. Teach DocumentationTest how such a block is shown to be true.");
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void should_name_only_options_variables_and_files_that_there_are(Path page) throws IOException {
        String text = Files.readString(page);
        Set<String> variables = new TreeSet<>(
                Arrays.stream(Option.values()).map(Option::variable).toList());
        variables.add("ASSAY_NAME"); // stands for any
        Set<String> wrong = new TreeSet<>();
        found(text, "(?<![\\w-])-D([a-zA-Z.][\\w.-]*)")
                .filter(name -> !isProperty(name))
                .forEach(wrong::add);
        found(text, "\\b(ASSAY_[A-Z_]+)")
                .filter(name -> !variables.contains(name))
                .forEach(wrong::add);
        found(text, "]\\(((?!https?:)[^)#]+)(?:#[^)]*)?\\)")
                .filter(link -> !Files.exists(Optional.ofNullable(page.getParent())
                        .orElse(Path.of(""))
                        .resolve(link)))
                .forEach(wrong::add);

        assertThat(wrong).as(page + " names what there is not").isEmpty();
    }

    @Test
    void should_find_every_block() throws IOException {
        assertThat(blocks(
                        Path.of("page.md"),
                        List.of(
                                "```java",
                                "class A {}",
                                "```",
                                "",
                                "    assay runs",
                                "",
                                "- item",
                                "",
                                "    its text",
                                "")))
                .extracting(Block::text)
                .containsExactly("class A {}\n", "assay runs\n");
        assertThat(blocks()).hasSizeGreaterThan(10);
    }

    private static Stream<String> found(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().map(found -> found.group(1));
    }

    private static boolean isProperty(String name) {
        return name.equals("name") // stands for any
                || PROPERTIES.contains(name)
                || Option.of(name.replaceFirst("^assay\\.", "")).isPresent();
    }

    private void commands(String text) throws Exception {
        isGoodBash(text);
        for (String line : text.replace("\\\n", " ").lines().toList()) {
            List<String> words = ShellWords.of(line.strip());
            if (words.isEmpty()) {
                continue;
            }
            Optional<List<String>> assay = ShellWords.assay(line);
            if (assay.isPresent()) {
                assay(assay.get());
            } else if (words.get(0).equals("mvn") || words.get(0).equals("./mvnw")) {
                maven(words.subList(1, words.size()));
            } else {
                assertThat(OTHERS).as("a command that no test knows: " + line).contains(words.get(0));
            }
        }
    }

    private void isGoodBash(String text) throws IOException, InterruptedException {
        Path said = folder.resolve("bash.log");
        Process bash = new ProcessBuilder(
                        "bash",
                        "-n",
                        Files.writeString(folder.resolve("block.sh"), text).toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(bash.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(bash.exitValue()).as(Files.readString(said)).isZero();
    }

    private static void assay(List<String> words) throws Exception {
        CommandLine.ParseResult parsed =
                Main.commandLine(Start.onStandardStreams()).parseArgs(words.toArray(String[]::new));
        if (!parsed.hasSubcommand()) {
            return;
        }
        CommandLine.ParseResult command = parsed.subcommand();
        switch (command.commandSpec().name()) {
            case "run" -> names(words.get(1));
            case "sql" -> new SqlQuery(store).run(words.get(1));
            case "recheck" -> {
                mustExist(words, "--mutant", "experiments/%s/mutants/%s.patch");
                mustExist(words, "--variant", "experiments/%s/variants/%s");
            }
            default -> {
                // that it is understood is all there is to hold
            }
        }
    }

    private static void mustExist(List<String> words, String option, String form) {
        int at = words.indexOf(option);
        if (at >= 0) {
            assertThat(Path.of(form.formatted((Object[]) words.get(at + 1).split("/"))))
                    .exists();
        }
    }

    /** Experiments that a command names; one in capitals stands for any. */
    private static void names(String experiments) {
        boolean any = experiments.equals(OWN) || experiments.equals(experiments.toUpperCase(Locale.ROOT));
        if (!any && !experiments.contains(" ")) {
            ExperimentFiles.in(Path.of("experiments")).select(experiments);
        }
    }

    private static void maven(List<String> words) throws IOException {
        for (String word : words) {
            if (word.startsWith("-D")) {
                String[] property = word.substring(2).split("=", 2);
                assertThat(isProperty(property[0])).as(word + " is a property").isTrue();
                if (property[0].equals("experiment")) {
                    names(property[1]);
                }
            } else if (word.startsWith("-P")) {
                assertThat(Files.readString(Path.of("pom.xml"))).contains("<id>" + word.substring(2) + "</id>");
            } else {
                assertThat(GOALS).as("a goal that no test knows").contains(word);
            }
        }
    }

    private void compiles(String text) throws IOException {
        Matcher name = Pattern.compile("(?m)^(?:public )?(?:final )?(?:class|record|interface) (\\w+)")
                .matcher(text);
        assertThat(name.find()).as("the block holds a class").isTrue();
        Path source = Files.writeString(folder.resolve(name.group(1) + ".java"), text);
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
    }

    /** An experiment, {@code assay.yaml}, or a workflow, of which only the commands are held. */
    private void yaml(String text) throws Exception {
        var read = YAMLMapper.builder().build().readTree(text);
        if (read.has("jobs")) {
            for (var run : read.findValues("run")) {
                commands(run.asString() + "\n");
            }
        } else if (text.startsWith("# assay.yaml")) {
            Files.writeString(folder.resolve("assay.yaml"), text);
            Settings.load(name -> Optional.empty(), folder).requireServed();
        } else {
            Path experiments = Files.createDirectories(folder.resolve("experiments"));
            try (Stream<Path> shipped = Files.list(Path.of("experiments"))) {
                for (Path file : shipped.filter(Files::isRegularFile).toList()) {
                    Files.copy(file, experiments.resolve(file.getFileName()));
                }
            }
            ExperimentFiles.in(experiments)
                    .read(Files.writeString(experiments.resolve("shown-on-the-page.yaml"), text));
        }
    }

    /** A shortened tree of the shipped recording: experiment, title and steps are those of the files. */
    private static void tree(String text) throws IOException {
        String plan = Files.readString(Path.of("experiments/todo-auth/recording/plan-1.jsonl"));
        List<String> lines = text.lines().toList();
        assertThat(lines.get(0)).startsWith("todo-auth recorded #1");
        assertThat(Files.readString(Path.of("experiments/todo-auth.yaml")))
                .contains("title: " + lines.get(1).strip());
        assertThat(lines.stream().filter(line -> line.endsWith("]")).toList())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(plan).contains(line.strip().replaceFirst("  \\[\\w+]$", "")));
    }

    private static void sql(String text) throws Exception {
        for (String statement : text.split(";\\s*\n")) {
            if (!statement.isBlank()) {
                new SqlQuery(store).run(statement);
            }
        }
    }
}
