using Microsoft.AspNetCore.Http;

namespace NodeForge.TestSupport.Registry;

/// <summary>Answers that go wrong.</summary>
internal static class FaultyAnswers
{
    /// <summary>Answers in place of the registry where the fault is such.</summary>
    public static async Task<bool> AnswerAsync(HttpContext context, RegistryFault? fault)
    {
        switch (fault)
        {
            case RegistryFault.Status status:
                context.Response.StatusCode = status.Code;
                context.Response.ContentType = status.ContentType;
                if (status.RetryAfter is not null)
                    context.Response.Headers.RetryAfter = status.RetryAfter;
                if (!HttpMethods.IsHead(context.Request.Method))
                    await context.Response.WriteAsync(status.Body);
                return true;
            case RegistryFault.Redirect redirect:
                context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
                context.Response.Headers.Location = redirect.Location;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Sends a body, wrongly where the fault says so.</summary>
    public static async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> body, RegistryFault? fault)
    {
        HttpResponse response = context.Response;
        switch (fault)
        {
            case RegistryFault.Truncate truncate:
                response.ContentLength = body.Length;
                await response.Body.WriteAsync(body[..Math.Min(truncate.AfterBytes, body.Length)]);
                await response.Body.FlushAsync();
                context.Abort();
                break;
            case RegistryFault.Stall stall:
                response.ContentLength = body.Length;
                await response.Body.WriteAsync(body[..Math.Min(stall.AfterBytes, body.Length)]);
                await response.Body.FlushAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            case RegistryFault.FlipLastByte:
                byte[] changed = body.ToArray();
                changed[^1] ^= 1;
                response.ContentLength = changed.Length;
                await response.Body.WriteAsync(changed);
                break;
            case RegistryFault.Lengthen lengthen:
                await response.Body.WriteAsync(body);
                await response.Body.WriteAsync(new byte[lengthen.ByBytes]);
                break;
            default:
                response.ContentLength = body.Length;
                await response.Body.WriteAsync(body);
                break;
        }
    }
}
