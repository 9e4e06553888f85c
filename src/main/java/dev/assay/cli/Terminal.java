package dev.assay.cli;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What a command prints to.
 *
 * @param colour whether it shows colours: a terminal, unless {@code NO_COLOR} and its like say otherwise
 * @param width the most characters of a line; where it is no terminal, nothing is cut
 */
record Terminal(boolean colour, int width) {
    private static final int NO_LIMIT = 100_000;

    /** Whether standard output is a terminal that may be coloured and written over. */
    static boolean shown() {
        return isTerminal() && CommandLine.Help.Ansi.AUTO.enabled();
    }

    static Terminal of(CommandSpec spec) {
        boolean terminal = isTerminal();
        return new Terminal(
                terminal && spec.commandLine().getColorScheme().ansi().enabled(),
                terminal ? spec.usageMessage().autoWidth(true).width() : NO_LIMIT);
    }

    /** Up to Java 21 there is a console only on a terminal; from Java 22 on there always is, and it says what it is. */
    private static boolean isTerminal() {
        @Nullable Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("the console does not say whether it is a terminal", e);
        }
    }
}
