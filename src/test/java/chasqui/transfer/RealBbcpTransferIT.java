package chasqui.transfer;

import chasqui.testing.BbcpPrograms;
import java.nio.file.Path;

class RealBbcpTransferIT extends BbcpTransferContract {
    @Override
    Path program(Path folder) throws Exception {
        return BbcpPrograms.real();
    }
}
