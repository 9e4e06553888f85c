package dev.assay.experiment;

import java.nio.file.Path;
import java.util.List;

/**
 * One build prompt with all that belongs to it, as read from {@code experiments/NAME.yaml}.
 *
 * @param name the file's name without {@code .yaml}; for a matrix file, the matrix file's own name
 * @param file the file it was read from, absolute
 * @param base the name of the experiment whose folder holds recording, mutants and variants: {@code extends}, or the
 *     name itself
 * @param title for people
 * @param prompt what the planner is asked to build
 * @param tags labels for filters and reports
 * @param extensions PostgreSQL extensions that the target must have
 * @param limits the limits of a run
 * @param diagnostics commands that a verifier may ask for
 * @param app what the agents are told about how the app is graded
 * @param contract what must hold of the app; never shown to an agent
 * @param variants the cells of the matrix, at least one, in the file's order
 * @param repetitions runs of each variant, at least 1
 * @param matrixFile whether the file extends another one
 * @param pace how its runs follow each other
 */
public record Experiment(
        String name,
        Path file,
        String base,
        String title,
        String prompt,
        List<String> tags,
        List<String> extensions,
        Limits limits,
        List<String> diagnostics,
        AppInterface app,
        Contract contract,
        List<Variant> variants,
        int repetitions,
        boolean matrixFile,
        Pace pace) {
    /** An experiment whose runs follow one after the other. */
    public Experiment(
            String name,
            Path file,
            String base,
            String title,
            String prompt,
            List<String> tags,
            List<String> extensions,
            Limits limits,
            List<String> diagnostics,
            AppInterface app,
            Contract contract,
            List<Variant> variants,
            int repetitions,
            boolean matrixFile) {
        this(
                name,
                file,
                base,
                title,
                prompt,
                tags,
                extensions,
                limits,
                diagnostics,
                app,
                contract,
                variants,
                repetitions,
                matrixFile,
                Pace.DEFAULT);
    }

    /** The folder beside the file that holds the experiment's recording, mutants and variants; it may not exist. */
    public Path folder() {
        return file.resolveSibling(base);
    }

    /** Where the recorded oracle's streams are; it may not exist. */
    public Path recording() {
        return folder().resolve("recording");
    }
}
