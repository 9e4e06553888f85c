package dev.assay.check.browser;

import dev.assay.check.Answer;
import dev.assay.check.Api;
import dev.assay.check.CheckError;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What is in the tables that hold the contracted resource, read by service over REST: whether what a person typed was
 * saved, whichever column it is in.
 *
 * @param api as service
 * @param tables by name
 */
record SavedRows(Api api, List<String> tables) {

    /** Whether a row of one of the tables holds that text. */
    boolean hold(String text) throws InterruptedException {
        for (String table : tables) {
            Answer answer = api.get("/rest/v1/" + Api.encode(table) + "?select=*");
            if (!answer.ok()) {
                throw new CheckError("The rows of " + table + " cannot be read by service: " + answer);
            }
            for (JsonNode row : answer.json()) {
                for (JsonNode value : row) {
                    if (value.isString() && value.asString().contains(text)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
