package dev.assay;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the table of packages: which room may use which. To change a row, change it here and say why. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {
    private static final Path SOURCES = Path.of("src/main/java");

    /** A room and the rooms that it may use, in reading order. The root package holds the wiring and may use all. */
    private static final Map<String, Set<String>> ROOMS = rooms();

    private JavaClasses classes;

    private static Map<String, Set<String>> rooms() {
        Map<String, Set<String>> rooms = new LinkedHashMap<>();
        rooms.put("settings", Set.of());
        rooms.put("process", Set.of());
        rooms.put("tools", Set.of("process", "settings"));
        rooms.put("postgres", Set.of("process"));
        rooms.put("experiment", Set.of("settings"));
        rooms.put("supabase", Set.of("process", "tools", "postgres"));
        rooms.put("target", Set.of("experiment", "supabase", "process", "tools"));
        rooms.put("agent", Set.of("process", "tools", "experiment"));
        // process: an agent's sink and result speak of its streams and exits
        rooms.put("budget", Set.of("agent", "process"));
        rooms.put("check", Set.of("experiment", "target", "process", "tools"));
        rooms.put("run", allAbove(rooms, "supabase"));
        // process and check: their values (streams, exits, evidence) are in the records that a run hands over
        rooms.put("store", Set.of("postgres", "experiment", "agent", "run", "process", "check"));
        // agent and check too: what a run tells its listeners are their events, usage and evidence
        rooms.put("report", Set.of("experiment", "agent", "check", "run", "store"));
        rooms.put("preflight", allAbove(rooms, "supabase", "report"));
        rooms.put("engine", allAbove(rooms));
        rooms.put("analysis", Set.of("experiment", "store"));
        rooms.put("service", allAbove(rooms));
        rooms.put("cli", allAbove(rooms));
        return rooms;
    }

    private static Set<String> allAbove(Map<String, Set<String>> rooms, String... but) {
        Set<String> above = new TreeSet<>(rooms.keySet());
        above.removeAll(Set.of(but));
        return above;
    }

    @BeforeAll
    void readClasses() {
        classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.assay");
    }

    static Set<String> names() {
        return ROOMS.keySet();
    }

    @ParameterizedTest
    @MethodSource("names")
    void should_let_a_room_use_only_what_the_table_says(String room) {
        List<String> allowed = new ArrayList<>(List.of("dev.assay." + room + ".."));
        ROOMS.get(room).forEach(other -> allowed.add("dev.assay." + other + ".."));
        if (ROOMS.get(room).contains("report")) {
            allowed.add("dev.assay"); // whoever starts runs uses the wiring
        }

        noClasses()
                .that()
                .resideInAPackage("dev.assay." + room + "..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("dev.assay..").and(not(resideInAnyPackage(allowed.toArray(String[]::new)))))
                .allowEmptyShould(true)
                .check(classes);
    }

    @Test
    void should_know_every_room() {
        Set<String> found = new TreeSet<>();
        for (JavaClass each : classes) {
            String room =
                    each.getPackageName().replaceFirst("^dev\\.assay\\.?", "").replaceFirst("\\..*", "");
            if (!room.isEmpty()) {
                found.add(room);
            }
        }

        assertThat(ROOMS.keySet()).containsAll(found);
    }

    @Test
    void should_have_no_cycle_of_rooms() {
        slices().matching("dev.assay.(*)..").should().beFreeOfCycles().check(classes);
    }

    @Test
    void should_keep_junits_engine_api_in_the_engine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.assay.engine..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.junit.platform.engine..", "org.junit.platform.launcher..")
                .check(classes);
    }

    @Test
    void should_say_of_each_package_what_it_is_for() throws IOException {
        List<Path> silent = new ArrayList<>();
        try (Stream<Path> folders = Files.walk(SOURCES).filter(Files::isDirectory)) {
            for (Path folder : folders.toList()) {
                if (holdsClasses(folder) && !isDescribed(folder.resolve("package-info.java"))) {
                    silent.add(SOURCES.relativize(folder));
                }
            }
        }

        assertThat(silent)
                .as("packages without a package-info.java that is @NullMarked and says its job")
                .isEmpty();
    }

    private static boolean holdsClasses(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".java"));
        }
    }

    private static boolean isDescribed(Path info) throws IOException {
        if (!Files.isRegularFile(info)) {
            return false;
        }
        String text = Files.readString(info);
        return text.contains("/**") && text.contains("NullMarked");
    }
}
