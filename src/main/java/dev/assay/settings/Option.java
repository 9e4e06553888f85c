package dev.assay.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Every option there is, in the order in which they are shown. One list for the command line ({@code --id}), Maven and
 * the IDE ({@code -Did} or {@code -Dassay.id}), the environment ({@link #variable()}), {@code .env} and
 * {@code assay.yaml}.
 */
public enum Option {
    EXPERIMENT("experiment", Kind.LIST, "", "what to run: a name, a comma list, a glob or 'all'"),
    PROMPT("prompt", Kind.TEXT, "", "an ad-hoc build prompt instead of an experiment"),
    PROJECT_DIR("project-dir", Kind.PATH, "", "where to build; a folder per run under the data dir when not given"),
    RESUME("resume", Kind.TEXT, "", "go on with a run: a unique prefix of its id"),
    START_STEP("start-step", Kind.COUNT, "1", "the step of the plan from which a resumed run goes on"),
    RECHECK("recheck", Kind.TEXT, "", "only check a run's app again: a unique prefix of its id"),
    PLANNER("planner", Kind.LIST, "auto", "tool[/model] that plans, or a comma list"),
    IMPLEMENTER("implementer", Kind.LIST, "auto", "tool[/model] that implements, or a comma list"),
    VERIFIER("verifier", Kind.LIST, "auto", "tool[/model] that verifies, or a comma list"),
    CLAUDE_MODEL("claude-model", Kind.TEXT, "", "model of claude where the role names none"),
    CURSOR_MODEL("cursor-model", Kind.TEXT, "", "model of cursor where the role names none"),
    MAX_RETRIES("max-retries", Kind.NUMBER, "2", "how often a step may be implemented again by RETRY"),
    REPETITIONS("repetitions", Kind.COUNT, "1", "runs of each variant"),
    PARALLELISM("parallelism", Kind.COUNT, "1", "no run begins while so many are under way"),
    FAIL_FAST("fail-fast", Kind.FLAG, "false", "begin no further run once one did not pass"),
    STOP_EARLY(
            "stop-early",
            Kind.TEXT,
            "off",
            "leave out a variant's remaining repetitions once a question is settled: a rate such as 0.8, best, or off"),
    INCLUDE_VARIANTS("include-variants", Kind.LIST, "", "only variants of these ids; globs and comma lists"),
    EXCLUDE_VARIANTS("exclude-variants", Kind.LIST, "", "no variant of these ids; globs and comma lists"),
    SKIP_SMOKE_TEST("skip-smoke-test", Kind.FLAG, "false", "leave out the smoke layer; the run is then partial"),
    SKIP_BROWSER_TEST("skip-browser-test", Kind.FLAG, "false", "leave out the browser layer; the run is then partial"),
    ENCOURAGE_WEB_SEARCH("encourage-web-search", Kind.FLAG, "false", "tell the agents to look things up"),
    SKILLS_MODE("skills-mode", Kind.LIST, "none", "none, passive, on-demand, or a comma list"),
    SKILLS_SOURCE("skills-source", Kind.PATH, "skills", "folder of the skill files"),
    SKILLS_FILTER("skills-filter", Kind.TEXT, "phase-matched", "which skills a step gets: phase-matched or all"),
    TARGET("target", Kind.TEXT, "embedded", "the Supabase to build on: embedded, local or hosted"),
    SUPABASE_URL("supabase-url", Kind.TEXT, "", "URL of the hosted target; naming it selects that target"),
    SUPABASE_ANON_KEY("supabase-anon-key", Kind.TEXT, "", "anon or publishable key of the hosted target"),
    SUPABASE_SERVICE_KEY("supabase-service-key", Kind.SECRET, "", "service or secret key of the hosted target"),
    SUPABASE_DB_URL("supabase-db-url", Kind.SECRET, "", "database URL of the hosted target"),
    SUPABASE_PROJECT_REF("supabase-project-ref", Kind.TEXT, "", "project ref of the hosted target"),
    STORE_URL("store-url", Kind.SECRET, "", "JDBC URL of the log database; an embedded one when not given"),
    ISOLATION("isolation", Kind.TEXT, "auto", "sandbox for agents and apps: auto, on or off"),
    ALLOW_RESET("allow-reset", Kind.TEXT, "", "the project ref whose database may be reset"),
    SOURCE("source", Kind.TEXT, "real", "which runs an analysis looks at: real, recorded, demo or all"),
    CLAUDE_BASE_URL("claude-base-url", Kind.TEXT, "", "another endpoint for claude"),
    CURSOR_BASE_URL("cursor-base-url", Kind.TEXT, "", "another endpoint for cursor"),
    CODEX_BASE_URL("codex-base-url", Kind.TEXT, "", "another endpoint for codex"),
    OPENCODE_BASE_URL("opencode-base-url", Kind.TEXT, "", "another endpoint for opencode"),
    GEMINI_BASE_URL("gemini-base-url", Kind.TEXT, "", "another endpoint for gemini"),
    BUDGET_USD("budget-usd", Kind.AMOUNT, "", "stop before spending more than so many US dollars"),
    OFFLINE("offline", Kind.FLAG, "false", "never download or install anything"),
    INSTALL_SYSTEM("install-system", Kind.FLAG, "false", "allow the system's package manager to install Chromium"),
    CHROMIUM("chromium", Kind.PATH, "", "the Chromium program to use; found or installed when not given"),
    LIVE("live", Kind.FLAG, "false", "allow tests and checks that call paid services"),
    JSON("json", Kind.FLAG, "false", "print JSON instead of text"),
    MIXED("mixed", Kind.FLAG, "false", "compare runs that differ in what should agree, with a label that says so"),
    NOTIFY("notify", Kind.LIST, "", "whom to tell when something ends or needs an answer"),
    ACCOUNTS("accounts", Kind.LIST, "", "accounts of a tool to fail over between"),
    DATA_DIR("data-dir", Kind.PATH, "", "where runs and the log database are kept"),
    CACHE_DIR("cache-dir", Kind.PATH, "", "where downloaded tools and database templates are kept"),
    EXPERIMENTS_DIR("experiments-dir", Kind.PATH, "experiments", "the folder of the experiment files");

    /** What an option's value looks like. */
    public enum Kind {
        TEXT,
        /** Text that is never shown. */
        SECRET,
        /** A whole number from 0. */
        NUMBER,
        /** A whole number from 1. */
        COUNT,
        /** A decimal number from 0. */
        AMOUNT,
        /** True when given without a value, or with {@code true}. */
        FLAG,
        /** Texts with commas between them. */
        LIST,
        PATH
    }

    private final String id;
    private final Kind kind;
    private final String defaultText;
    private final String description;

    Option(String id, Kind kind, String defaultText, String description) {
        this.id = id;
        this.kind = kind;
        this.defaultText = defaultText;
        this.description = description;
    }

    /** As it is written: {@code --id}, {@code -Did}, a key of {@code assay.yaml}. */
    public String id() {
        return id;
    }

    public Kind kind() {
        return kind;
    }

    /** The value when nobody says anything; empty where there is none. */
    public Optional<String> defaultText() {
        return defaultText.isEmpty() ? Optional.empty() : Optional.of(defaultText);
    }

    /** One line for people. */
    public String description() {
        return served() ? description : description + "; not in this version";
    }

    /** Whether its value must never be shown. */
    public boolean secret() {
        return kind == Kind.SECRET;
    }

    /** Its name in the environment and in {@code .env}: {@code ASSAY_MAX_RETRIES}. */
    public String variable() {
        return "ASSAY_" + id.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** Its name in the environment of older tools, which counts where {@link #variable()} is nowhere said. */
    public Optional<String> olderVariable() {
        return switch (this) {
            case STORE_URL -> Optional.of("DATABASE_URL");
            case PARALLELISM -> Optional.of("MAX_PARALLEL_AGENTS");
            default -> Optional.empty();
        };
    }

    /** Whether this version does what the option says; one that it does not do is refused, and never passed over. */
    public boolean served() {
        return switch (this) {
            case SUPABASE_URL,
                    SUPABASE_ANON_KEY,
                    SUPABASE_SERVICE_KEY,
                    SUPABASE_DB_URL,
                    SUPABASE_PROJECT_REF,
                    ALLOW_RESET,
                    NOTIFY,
                    ACCOUNTS -> false;
            default -> true;
        };
    }

    /** The option of that id. */
    public static Optional<Option> of(String id) {
        return Arrays.stream(values()).filter(option -> option.id.equals(id)).findFirst();
    }

    /** Every id, in order. */
    public static List<String> ids() {
        return Arrays.stream(values()).map(Option::id).toList();
    }
}
