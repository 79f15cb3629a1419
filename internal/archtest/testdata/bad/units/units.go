package units

import _ "bad/machine" // want `units imports machine: units imports nothing of the project`
