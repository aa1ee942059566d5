package chasqui.bbcp;

import chasqui.testing.BbcpPrograms;
import java.nio.file.Path;

/** The bbcp that is installed here, if any. */
class RealBbcpIT extends BbcpContract {
    @Override
    Path program(Path folder) {
        return BbcpPrograms.real();
    }
}
