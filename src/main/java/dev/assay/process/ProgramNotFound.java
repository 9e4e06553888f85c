package dev.assay.process;

/** A program could not be started: it is not there, or may not be executed. */
public final class ProgramNotFound extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String program;

    ProgramNotFound(String program, String message) {
        super(message);
        this.program = program;
    }

    ProgramNotFound(String program, String message, Throwable cause) {
        super(message, cause);
        this.program = program;
    }

    public String program() {
        return program;
    }
}
