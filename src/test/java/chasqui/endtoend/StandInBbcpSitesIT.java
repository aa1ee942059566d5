package chasqui.endtoend;

import chasqui.testing.BbcpPrograms;
import java.nio.file.Path;

class StandInBbcpSitesIT extends SitesOverSshContract {
    @Override
    Path program(Path folder) throws Exception {
        return BbcpPrograms.standIn(folder);
    }
}
