/**
 * The tool that does nothing: a lower bound for what is measured. An app that nobody built must fail.
 *
 * <p>The door is {@link dev.assay.agent.nop.NopTool}. It must not know anything of the experiment.
 */
@org.jspecify.annotations.NullMarked
package dev.assay.agent.nop;
