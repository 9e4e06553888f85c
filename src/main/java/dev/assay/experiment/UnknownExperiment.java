package dev.assay.experiment;

import dev.assay.settings.UsageError;

/** An experiment was named that does not exist; the message lists those that do. */
public final class UnknownExperiment extends UsageError {
    private static final long serialVersionUID = 1L;

    UnknownExperiment(String message) {
        super(message);
    }
}
