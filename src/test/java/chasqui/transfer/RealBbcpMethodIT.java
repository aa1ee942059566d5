package chasqui.transfer;

import chasqui.testing.BbcpPrograms;
import java.nio.file.Path;

class RealBbcpMethodIT extends BbcpMethodContract {
    @Override
    Path program(Path folder) {
        return BbcpPrograms.real();
    }
}
