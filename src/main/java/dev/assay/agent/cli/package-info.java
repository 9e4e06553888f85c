/**
 * What all agent CLIs have in common: found, asked whether they are signed in, started with an environment of their own,
 * listened to, timed, stopped, and judged by what they left.
 *
 * <p>The doors are {@link dev.assay.agent.cli.CliTool}, the tool that a role names, and {@link dev.assay.agent.cli.Cli},
 * all that tells one CLI from another: a new CLI is one class that implements it, with a
 * {@link dev.assay.agent.cli.CliStream} for what it prints. The room must not know which CLIs there are.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.agent.cli;
