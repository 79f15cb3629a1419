package file

import _ "os"
