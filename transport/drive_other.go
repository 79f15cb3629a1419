//go:build !linux

package transport

import (
	"context"
	"errors"
)

// pumpKernel is never called: upgrade makes no kernel socket here.
func (*Driver) pumpKernel(context.Context) error { return errors.ErrUnsupported }
