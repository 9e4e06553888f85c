package dev.assay.budget;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which commands an agent may not run. It is watched beside the sandbox, which keeps an agent from most of it anyway: a
 * command that is tried is a finding even where it would have failed.
 */
public final class Policy {
    /** Programs that act as somebody else, or reach other machines. */
    private static final Map<String, String> PROGRAMS = Map.ofEntries(
            Map.entry("sudo", "acts as another user"),
            Map.entry("su", "acts as another user"),
            Map.entry("doas", "acts as another user"),
            Map.entry("ssh", "reaches another machine"),
            Map.entry("scp", "reaches another machine"),
            Map.entry("sftp", "reaches another machine"),
            Map.entry("telnet", "reaches another machine"),
            Map.entry("shutdown", "stops the machine"),
            Map.entry("reboot", "stops the machine"),
            Map.entry("poweroff", "stops the machine"));

    private static final Set<String> DATABASE_TOOLS =
            Set.of("psql", "pg_dump", "pg_dumpall", "pg_restore", "createdb", "dropdb", "pgbench");
    private static final Set<String> PACKAGE_TOOLS = Set.of("npm", "pnpm", "yarn", "bun", "deno", "jsr");
    /** Commands of the Supabase CLI that act on projects in the cloud. */
    private static final Set<String> CLOUD =
            Set.of("login", "link", "projects", "orgs", "branches", "secrets", "domains", "vanity-subdomains", "sso");
    /** Options of git that stand before its command and take a value. */
    private static final Set<String> GIT_OPTIONS =
            Set.of("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path", "--config-env");

    private static final Pattern HOST = Pattern.compile("\\Apostgres(?:ql)?://(?:[^@/]*@)?(\\[[^]]*]|[^:/?]*)");
    private static final Set<String> LOOPBACK = Set.of("", "localhost", "127.0.0.1", "::1", "[::1]");

    private Policy() {}

    /** What holds in an experiment: work in the workspace, with the project's own target. */
    public static Policy experiment() {
        return new Policy();
    }

    /** Why a line of shell may not be run; empty where it may. */
    public Optional<String> objection(String line) {
        for (List<String> command : ShellCommands.of(line)) {
            Optional<String> why = why(command);
            if (why.isPresent()) {
                return Optional.of("`" + String.join(" ", command) + "` " + why.get());
            }
        }
        return Optional.empty();
    }

    private static Optional<String> why(List<String> command) {
        String program = ShellCommands.program(command.get(0));
        List<String> arguments = command.subList(1, command.size());
        if (PROGRAMS.containsKey(program)) {
            return Optional.of(PROGRAMS.get(program));
        } else if (program.equals("git")) {
            return gitCommand(arguments).filter("push"::equals).map(push -> "sends work to another repository");
        } else if (PACKAGE_TOOLS.contains(program)) {
            return words(arguments).stream()
                    .limit(2)
                    .filter("publish"::equals)
                    .findFirst()
                    .map(publish -> "publishes a package");
        } else if (program.equals("npx") || program.equals("bunx")) {
            List<String> behind = words(arguments);
            return behind.isEmpty()
                    ? Optional.empty()
                    : why(arguments.subList(arguments.indexOf(behind.get(0)), arguments.size()));
        } else if (program.equals("supabase") || program.startsWith("supabase@")) {
            return supabase(arguments);
        }
        return DATABASE_TOOLS.contains(program) ? elsewhere(arguments) : Optional.empty();
    }

    private static Optional<String> gitCommand(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            if (GIT_OPTIONS.contains(arguments.get(i))) {
                i++;
            } else if (!arguments.get(i).startsWith("-")) {
                return Optional.of(arguments.get(i));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> supabase(List<String> arguments) {
        List<String> words = words(arguments);
        boolean cloud = !words.isEmpty() && CLOUD.contains(words.get(0));
        boolean deploys = words.size() > 1
                && words.get(0).equals("functions")
                && words.get(1).equals("deploy");
        if (cloud || deploys || arguments.contains("--linked")) {
            return Optional.of("acts on a project in the cloud");
        }
        return elsewhere(arguments);
    }

    /** Whether a database on another machine is named. */
    private static Optional<String> elsewhere(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            Matcher url = HOST.matcher(argument.replaceFirst("\\A--[a-z-]+=", ""));
            String host =
                    url.find() ? url.group(1) : host(argument, i + 1 < arguments.size() ? arguments.get(i + 1) : "");
            if (!LOOPBACK.contains(host) && !host.startsWith("/") && !host.startsWith("$")) {
                return Optional.of("reaches a database on another machine");
            }
        }
        return Optional.empty();
    }

    private static String host(String argument, String next) {
        if (argument.equals("-h") || argument.equals("--host")) {
            return next;
        } else if (argument.startsWith("--host=")) {
            return argument.substring("--host=".length());
        }
        return argument.startsWith("host=")
                ? argument.substring("host=".length()).split("\\s", -1)[0]
                : "";
    }

    private static List<String> words(List<String> arguments) {
        return arguments.stream().filter(argument -> !argument.startsWith("-")).toList();
    }
}
