package dev.assay.check;

import dev.assay.check.CheckResult.Status;
import dev.assay.check.FunctionRule.Case;
import dev.assay.target.Target;
import dev.assay.target.Target.Applied;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Whether each contracted edge function is deployed, takes the good request, refuses each bad one, and stores what it
 * should, once. A refusal counts only beside the good request, which must have been taken.
 */
public final class FunctionsLayer implements Layer {
    @Override
    public LayerKind kind() {
        return LayerKind.FUNCTIONS;
    }

    @Override
    public void run(Subject subject, Checks checks) throws InterruptedException {
        Applied applied = subject.migrations();
        CheckResult deployed = checks.check("deploy", "functions deploy", probe -> deployed(applied, probe));
        List<String> functions = functions(subject.target().project());
        Set<String> used = new HashSet<>();
        try (Connection database = Database.open(subject.target())) {
            for (JsonNode node : subject.contract().functions()) {
                FunctionRule rule = FunctionRule.of(node);
                List<String> matching = functions.stream().filter(rule::matches).toList();
                String id = unique(RlsLayer.id(rule.match()), used);
                checks.check(
                        id, rule.match() + " · function exists", probe -> exists(rule, matching, functions, probe));
                for (String function : matching) {
                    String prefix = unique(id + "." + RlsLayer.id(function), used);
                    if (deployed.status() != Status.PASSED && failedOn(applied, function)) {
                        checks.skipped(prefix + ".good", function + " · good request", "not asked: it does not deploy");
                        continue;
                    }
                    function(rule, function, prefix, subject.target(), database, checks);
                }
            }
        } catch (SQLException e) {
            throw new CheckError("The target's database does not answer: " + e.getMessage(), e);
        }
    }

    private static void function(
            FunctionRule rule, String function, String prefix, Target target, Connection database, Checks checks)
            throws InterruptedException {
        String secret = UUID.randomUUID().toString();
        if (rule.sign().isPresent()) {
            target.setSecrets(Map.of(rule.sign().get().secret(), secret));
        }
        FunctionTrial trial = new FunctionTrial(rule, function, target, database, secret);
        CheckResult good = checks.check(prefix + ".good", function + " · good request", trial::good);
        boolean control = good.passed();
        String why = "not asked: the good request, beside which it counts, was not taken";
        if (rule.verifyJwt()) {
            ask(control, prefix + ".token", function + " · without a token", why, trial::token, checks);
        }
        Set<String> used = new HashSet<>();
        for (Case bad : rule.bad()) {
            String id = prefix + ".bad." + unique(RlsLayer.id(bad.why()), used);
            ask(control, id, function + " · " + bad.why(), why, probe -> trial.bad(bad, probe), checks);
        }
        if (rule.stores().isPresent()) {
            String name = function + (rule.stores().get().once() ? " · stores it, once" : " · stores it");
            ask(
                    control,
                    prefix + ".stores",
                    name,
                    why,
                    probe -> trial.stores(rule.stores().get(), probe),
                    checks);
        }
    }

    private static void ask(boolean control, String id, String name, String why, CheckBody body, Checks checks)
            throws InterruptedException {
        if (control) {
            checks.check(id, name, body);
        } else {
            checks.skipped(id, name, why);
        }
    }

    private static boolean failedOn(Applied applied, String function) {
        return applied.failure()
                .map(Applied.Failure::name)
                .filter(function::equals)
                .isPresent();
    }

    private static String unique(String id, Set<String> used) {
        String unique = id;
        for (int number = 2; !used.add(unique); number++) {
            unique = id + "-" + number;
        }
        return unique;
    }

    private static void deployed(Applied applied, Probe probe) {
        Optional<Applied.Failure> failure = applied.failure();
        if (failure.isEmpty()) {
            probe.expect(true, "functions deploy", "no error", "no error");
            return;
        }
        if (failure.get().infrastructure()) {
            throw new CheckError(failure.get().name() + " asks for what this target does not have: "
                    + failure.get().message());
        }
        probe.attach(
                "deploy error",
                "text/plain",
                failure.get().name() + "\n" + failure.get().message());
        probe.expect(
                false,
                () -> new Finding(
                        "function " + failure.get().name() + " does not deploy: "
                                + failure.get().message(),
                        "every function deploys",
                        failure.get().message(),
                        Map.of("function", failure.get().name())));
    }

    private static void exists(FunctionRule rule, List<String> matching, List<String> all, Probe probe) {
        probe.expect(
                !matching.isEmpty(),
                () -> new Finding(
                        "No edge function is there whose name matches " + rule.match() + ": "
                                + (all.isEmpty()
                                        ? "supabase/functions has none"
                                        : "there are only " + String.join(", ", all)),
                        "a function whose name matches " + rule.match(),
                        all.isEmpty() ? "no function" : String.join(", ", all),
                        Map.of("function", rule.match())));
    }

    /** The folders of {@code supabase/functions} that are functions, by name. */
    private static List<String> functions(Path project) {
        Path folder = project.resolve("supabase").resolve("functions");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(folder)) {
            return folders.filter(Files::isDirectory)
                    .map(each -> each.getFileName().toString())
                    .filter(name -> name.matches("[A-Za-z][A-Za-z0-9_-]*") && !name.equals("node_modules"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new CheckError("The app's folder supabase/functions cannot be read: " + e, e);
        }
    }
}
