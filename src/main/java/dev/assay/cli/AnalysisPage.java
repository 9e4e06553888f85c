package dev.assay.cli;

import dev.assay.Assay;
import dev.assay.analysis.Analysis;
import dev.assay.analysis.Incomparable;
import dev.assay.analysis.Page;
import dev.assay.analysis.PageText;
import dev.assay.analysis.Selection;
import dev.assay.settings.Option;
import dev.assay.settings.Settings;
import dev.assay.settings.UsageError;
import dev.assay.store.LogDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import tools.jackson.databind.json.JsonMapper;

/** Asks the analysis for a page and prints it: what its commands have in common. */
final class AnalysisPage {
    private final CommandSpec spec;
    private final Settings settings;

    AnalysisPage(CommandSpec spec) {
        this.spec = spec;
        this.settings = Options.settings(Options.given(spec));
    }

    /** The command line of a command with the options that all have. */
    static CommandLine line(Object command, Option... more) {
        CommandLine line = new CommandLine(command);
        Options.add(line.getCommandSpec(), List.of(more));
        Options.add(line.getCommandSpec(), List.of(Option.JSON, Option.STORE_URL, Option.DATA_DIR, Option.CACHE_DIR));
        return line;
    }

    /** What a command asks for. */
    interface Question {
        Page ask(Analysis analysis) throws SQLException;
    }

    Settings settings() {
        return settings;
    }

    Page ask(Question question) throws SQLException {
        try (LogDatabase database = Assay.log(settings)) {
            return question.ask(new Analysis(database));
        } catch (Incomparable e) {
            throw new UsageError(String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    int print(Page page) {
        if (settings.flag(Option.JSON)) {
            spec.commandLine().getOut().println(json(page));
        } else {
            Terminal terminal = Terminal.of(spec);
            spec.commandLine().getOut().print(new PageText(terminal.colour(), terminal.width()).text(page));
        }
        spec.commandLine().getOut().flush();
        return 0;
    }

    static String json(Page page) {
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(page.data());
    }

    /** By the option {@code --source} and these filters. */
    Selection selection(Map<String, String> filters) {
        String source = settings.text(Option.SOURCE).orElse("real");
        try {
            return filters.isEmpty()
                    ? Selection.all(source)
                    : Selection.parse(
                            source,
                            String.join(
                                    ",",
                                    filters.entrySet().stream()
                                            .map(each -> each.getKey() + "=" + each.getValue())
                                            .toList()));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
