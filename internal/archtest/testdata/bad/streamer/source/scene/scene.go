package scene

import _ "os" // want `core streamer/source/scene imports os`
