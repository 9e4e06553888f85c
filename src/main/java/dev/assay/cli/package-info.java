/**
 * The command line: one class a command, each of which reads its arguments, calls another room and prints what comes
 * back. The door is {@link dev.assay.cli.Main}. No logic lives here: what a command can do must be possible without it.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.cli;
