package chasqui.transfer;

import chasqui.testing.BbcpPrograms;
import java.nio.file.Path;

class StandInBbcpMethodIT extends BbcpMethodContract {
    @Override
    Path program(Path folder) throws Exception {
        return BbcpPrograms.standIn(folder);
    }
}
