package chasqui.bbcp;

import chasqui.testing.BbcpPrograms;
import java.io.IOException;
import java.nio.file.Path;

/** The stand-in, for machines without the real one. */
class StandInBbcpIT extends BbcpContract {
    @Override
    Path program(Path folder) throws IOException {
        return BbcpPrograms.standIn(folder);
    }
}
