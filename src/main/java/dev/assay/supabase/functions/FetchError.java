package dev.assay.supabase.functions;

import dev.assay.process.Captured;
import dev.assay.process.Exit;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why imports could not be fetched, told from what Deno says: a mistake of the function's, or a registry out of reach. */
final class FetchError {
    private static final Pattern UNREACHABLE = Pattern.compile(
            "dns error|failed to lookup|error sending request|client error \\(Connect\\)|Connection refused|timed out"
                    + "|JSR package manifest for '[^']*' failed to load|invalid peer certificate");
    private static final Pattern URL = Pattern.compile("(jsr:[^\\s'\"]+|https?://[^\\s'\",)]+)");
    private static final Pattern JSR = Pattern.compile("JSR package manifest for '([^']+)'");

    private FetchError() {}

    static NotBootable of(Captured deno) {
        if (deno.exit().fired() != Exit.Limit.NONE) {
            return new NotBootable("What the function imports could not be fetched in time.", true);
        }
        List<String> lines = deno.err()
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("Download "))
                .limit(20)
                .toList();
        String said = String.join("\n", lines).strip();
        if (!UNREACHABLE.matcher(said).find()) {
            return new NotBootable(said.isEmpty() ? "Deno could not load what the function imports." : said);
        }
        Matcher jsr = JSR.matcher(said);
        Matcher url = URL.matcher(said);
        String what = jsr.find() ? "jsr:" + jsr.group(1) : url.find() ? url.group(1) : "a module";
        return new NotBootable(
                "The import " + what + " cannot be reached from here. Packages come from npm: import it as npm:NAME"
                        + " where it is there too. Deno says: " + said,
                true);
    }
}
