package dev.assay;

import dev.assay.check.LayerKind;
import dev.assay.run.Judgement;
import dev.assay.run.Mutant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which mutant fails which layer, as it was measured: between two marks of a page, the rest of which is left as it is.
 *
 * @param judged what the evaluation found in each
 */
record MutantTable(Map<Mutant, Row> judged) {
    /**
     * @param time of the whole evaluation, beside those that ran at the same time
     */
    record Row(Judgement judgement, Duration time) {}

    private static final String BEGIN = "<!-- mutants: written by mvn -Pmutants verify -->";
    private static final String END = "<!-- end of mutants -->";

    void writeInto(Path page) throws IOException {
        String before = Files.exists(page) ? Files.readString(page) : "# Checks\n\n" + BEGIN + "\n" + END + "\n";
        int begin = before.indexOf(BEGIN);
        int end = before.indexOf(END);
        String after = begin < 0 || end < begin
                ? before.stripTrailing() + "\n\n" + BEGIN + "\n" + text() + END + "\n"
                : before.substring(0, begin) + BEGIN + "\n" + text() + before.substring(end);
        if (!after.equals(before)) {
            Files.createDirectories(page.getParent());
            Files.writeString(page, after);
        }
    }

    private String text() {
        List<LayerKind> layers = Stream.of(LayerKind.values())
                .filter(kind -> judged.values().stream()
                        .anyMatch(one -> !one.judgement()
                                .words()
                                .getOrDefault(kind, "not scored")
                                .equals("not scored")))
                .toList();
        StringBuilder text = new StringBuilder("| experiment | mutant | what is wrong | ");
        layers.forEach(kind -> text.append(kind.id()).append(" | "));
        text.append("time |\n| --- | --- | --- |")
                .append(" --- |".repeat(layers.size()))
                .append(" ---: |\n");
        judged.forEach((mutant, row) -> text.append("| ")
                .append(mutant.experiment())
                .append(" | ")
                .append(mutant.name())
                .append(" | ")
                .append(mutant.what().replace("|", "\\|"))
                .append(" | ")
                .append(layers.stream()
                        .map(kind -> {
                            String word = row.judgement().words().getOrDefault(kind, "not scored");
                            return kind == mutant.layer() && word.equals("fails") ? "**fails**" : word;
                        })
                        .collect(Collectors.joining(" | ")))
                .append(" | ")
                .append(row.time().toSeconds())
                .append(" s |\n"));
        return text.toString().replace(" \n", "\n");
    }
}
