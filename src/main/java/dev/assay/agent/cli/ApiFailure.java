package dev.assay.agent.cli;

import dev.assay.agent.Ending;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a failure of a model's API means, by its HTTP status and, where that is not enough, by the words of its message.
 * The words are those of the APIs of Anthropic, OpenAI and Google, and of the tools that pass them on; a failure that
 * none of them names is an {@link Ending#API_ERROR}. Only messages of failures are looked at, never what a model wrote.
 */
public final class ApiFailure {
    private static final Pattern STATUS = Pattern.compile(
            "(?:\\bstatus(?: code)?[: ]\\s*|\"code\"\\s*:\\s*|\\bHTTP(?:/[\\d.]+)?[: ]\\s*)([1-5]\\d\\d)\\b",
            Pattern.CASE_INSENSITIVE);

    /** In this order: a message on a full context may also speak of limits, one on billing of quotas. */
    private static final List<Map.Entry<Ending, Pattern>> WORDS = List.of(
            words(
                    Ending.CONTEXT_FULL,
                    "context window|context length|context_length|maximum context|prompt is too long|token limit"
                            + "|input token count|maximum number of tokens|too many input tokens"),
            words(Ending.RATE_LIMITED, "resource_exhausted"),
            words(
                    Ending.BILLING,
                    "insufficient_quota|insufficient (?:quota|credit|balance|funds)|exceeded your current quota"
                            + "|credit balance|out of credits|billing|payment required|upgrade your plan|spend limit"),
            words(
                    Ending.MODEL_NOT_FOUND,
                    "model_not_found|modelnotfound|(?:unknown|invalid|no such|unsupported|cannot use this) model"
                            + "|\\bmodels?\\b[^.;\\n]{0,80}(?:not found|not exist|not supported|not available|no access)"),
            words(
                    Ending.AUTH,
                    "authenticat|unauthori[sz]ed|api[_ ]key[^.;\\n]{0,40}(?:invalid|not valid|incorrect|missing|not set)"
                            + "|(?:invalid|incorrect|missing|no|bad) (?:api )?key|not (?:logged|signed) in"
                            + "|(?:log|sign) in (?:again|first|to continue)|please (?:log|sign) ?in|permission_denied"),
            words(
                    Ending.REFUSED,
                    "safety|content[_ ](?:filter|policy)|usage polic|policy violation|prohibited_content|was flagged"
                            + "|recitation|blocked due to"),
            words(Ending.RATE_LIMITED, "rate[_ -]?limit|too many requests|usage limit|requests per (?:minute|day)"),
            words(Ending.OVERLOADED, "overloaded|at capacity|service unavailable|\\bunavailable\\b"));

    /** No failure needs more words; a hostile one gets no more. */
    private static final int LONGEST = 16 << 10;

    private ApiFailure() {}

    private static Map.Entry<Ending, Pattern> words(Ending ending, String pattern) {
        return Map.entry(ending, Pattern.compile(pattern));
    }

    /** As {@link #ending(Integer, String)}, with the status that the message itself names. */
    public static Ending ending(String message) {
        return ending(status(message), message);
    }

    /**
     * @param status the HTTP status; null where it is not known
     * @param message what the tool says of the failure
     */
    public static Ending ending(@Nullable Integer status, String message) {
        Ending said = byWords(message);
        if (status == null) {
            return said;
        }
        return switch (status) {
            case 401 -> Ending.AUTH;
            case 402 -> Ending.BILLING;
            case 403 -> said == Ending.BILLING || said == Ending.MODEL_NOT_FOUND ? said : Ending.AUTH;
            case 413 -> Ending.CONTEXT_FULL;
            case 429 -> said == Ending.BILLING ? said : Ending.RATE_LIMITED;
            case 503, 529 -> Ending.OVERLOADED;
            default -> said;
        };
    }

    /** The HTTP status that a message names; null where it names none. */
    public static @Nullable Integer status(String message) {
        Matcher matcher = STATUS.matcher(cut(message));
        return matcher.find() ? Integer.valueOf(matcher.group(1)) : null;
    }

    private static Ending byWords(String message) {
        String text = cut(message).toLowerCase(Locale.ROOT);
        for (Map.Entry<Ending, Pattern> rule : WORDS) {
            if (rule.getValue().matcher(text).find()) {
                return rule.getKey();
            }
        }
        return Ending.API_ERROR;
    }

    private static String cut(String message) {
        return message.length() <= LONGEST ? message : message.substring(0, LONGEST);
    }
}
