package dev.assay.supabase.rest;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Requests against a real database as it is without further settings, by the groups of what PostgREST does. */
class RestCasesTest {
    private static RestProject project;

    @BeforeAll
    static void open(@TempDir Path folder) throws Exception {
        project = new RestProject(folder);
    }

    @AfterAll
    static void close() {
        project.close();
    }

    @TestFactory
    Stream<DynamicTest> should_answer_as_postgrest() throws Exception {
        return RestCase.tests("cases.txt", project);
    }

    @TestFactory
    Stream<DynamicTest> should_filter_and_order() throws Exception {
        return RestCase.tests("filters.txt", project);
    }

    @TestFactory
    Stream<DynamicTest> should_embed() throws Exception {
        return RestCase.tests("embeds.txt", project);
    }

    @TestFactory
    Stream<DynamicTest> should_write() throws Exception {
        return RestCase.tests("writes.txt", project);
    }

    @TestFactory
    Stream<DynamicTest> should_call_functions() throws Exception {
        return RestCase.tests("calls.txt", project);
    }

    @TestFactory
    Stream<DynamicTest> should_answer_in_the_form_that_is_asked_for() throws Exception {
        return RestCase.tests("answers.txt", project);
    }
}
