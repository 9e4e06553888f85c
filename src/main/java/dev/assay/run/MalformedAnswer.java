package dev.assay.run;

/** An agent's answer is not what was asked for; the message is the complaint that it is told. */
final class MalformedAnswer extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedAnswer(String complaint) {
        super(complaint);
    }

    String complaint() {
        return String.valueOf(getMessage());
    }
}
