package dev.assay.check;

import dev.assay.experiment.AppInterface;
import dev.assay.experiment.Contract;
import dev.assay.experiment.Limits;
import dev.assay.process.Fence;
import dev.assay.target.Target;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a layer looks at.
 *
 * @param contract what must hold
 * @param app how the app is installed, built and started
 * @param limits time of the commands that a check runs
 * @param target the Supabase that the app uses; migrations are applied
 * @param migrations what applying the migrations gave
 * @param workspace the app's folder
 * @param environment what the app's processes see: PATH, HOME, the variables of {@code app.env}, PORT
 * @param port a free loopback port for the app
 * @param artifacts a folder for evidence
 * @param fence what the app's processes see of the machine
 */
public record Subject(
        Contract contract,
        AppInterface app,
        Limits limits,
        Target target,
        Target.Applied migrations,
        Path workspace,
        Map<String, String> environment,
        int port,
        Path artifacts,
        Fence fence) {
    /** What a layer looks at where the app is not fenced in. */
    public Subject(
            Contract contract,
            AppInterface app,
            Limits limits,
            Target target,
            Target.Applied migrations,
            Path workspace,
            Map<String, String> environment,
            int port,
            Path artifacts) {
        this(contract, app, limits, target, migrations, workspace, environment, port, artifacts, Fence.NONE);
    }
}
