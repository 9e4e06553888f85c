package dev.assay.agent.cli;

import java.util.List;
import java.util.Map;

/**
 * How one call of a CLI is made.
 *
 * @param arguments after the program's name; none longer than 128 KiB
 * @param environment variables on top of the request's; the credentials come by themselves
 * @param files texts to write before the start, by their path below the run's HOME
 * @param input what its standard input holds, which is then closed
 */
public record CliCall(
        List<String> arguments, Map<String, String> environment, Map<String, String> files, String input) {
    /**
     * How often a CLI may ask its service again by itself. Assay does it too, with an eye on the account, and keeps what
     * each try gave.
     */
    public static final int RETRIES = 2;
}
