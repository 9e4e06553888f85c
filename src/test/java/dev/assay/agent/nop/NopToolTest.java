package dev.assay.agent.nop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.assay.agent.AgentEvent;
import dev.assay.agent.AgentRequest;
import dev.assay.agent.AgentResult;
import dev.assay.agent.Ending;
import dev.assay.agent.Phase;
import dev.assay.agent.RecordingSink;
import dev.assay.experiment.AppInterface;
import dev.assay.experiment.Contract;
import dev.assay.experiment.Experiment;
import dev.assay.experiment.Limits;
import dev.assay.process.Command.Timers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NopToolTest {
    @Test
    void should_do_nothing_and_say_so(@TempDir Path folder) throws Exception {
        RecordingSink sink = new RecordingSink();
        Experiment experiment = new Experiment(
                "x",
                folder.resolve("x.yaml"),
                "x",
                "X",
                "",
                List.of(),
                List.of(),
                Limits.DEFAULT,
                List.of(),
                new AppInterface("", "", "", List.of(), "", ""),
                new Contract("own", Map.of(), List.of(), List.of(), List.of(), Optional.empty()),
                List.of(),
                1,
                false);

        AgentResult result = new NopTool()
                .agentFor(experiment)
                .perform(
                        new AgentRequest(
                                "run",
                                Phase.IMPLEMENT,
                                Optional.of("setup"),
                                1,
                                "",
                                "",
                                Optional.empty(),
                                folder,
                                folder,
                                Map.of(),
                                Optional.empty(),
                                Timers.NONE),
                        sink);

        assertThat(result.ending()).isEqualTo(Ending.COMPLETED);
        assertThat(result.text()).contains("nothing was done");
        assertThat(sink.notices(AgentEvent.Text.class)).hasSize(1);
        assertThat(folder).isEmptyDirectory();
    }
}
