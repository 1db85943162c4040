/**
 * NestJS 11 on Express: a guard reads the raw bytes, verifies the body and the viewer, and parses; an interceptor
 * passes the viewer on. `@Viewer()` gives it to a handler.
 */
import 'reflect-metadata';
import {
  All,
  Body,
  Catch,
  Controller,
  createParamDecorator,
  HttpException,
  Inject,
  Injectable,
  Module,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, BaseExceptionFilter, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';
import { Observable } from 'rxjs';
import type { Viewer as VerifiedViewer } from 'axios-viewer-context/protocol';
import type { ExampleServer } from '../listen.js';
import { readRawBytes } from './raw-bytes.js';
import { createService, type ReceiverOptions, type Service } from './service.js';
import { readBody, Refusal, responseTo, verifyRequest, viewerStorage, type Verification } from './verified-request.js';

type VerifiedRequest = Request & { rawBody: Buffer; viewer: VerifiedViewer | null };
const requestOf = (context: ExecutionContext): VerifiedRequest => context.switchToHttp().getRequest();

/** Lets in only verified requests. They have their raw body, their viewer, and their parsed body. */
@Injectable()
class VerifiedRequestGuard implements CanActivate {
  constructor(@Inject('options') private readonly options: Verification) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = requestOf(context);
    request.rawBody = await readRawBytes(request);
    request.viewer = verifyRequest(request.headers, request.rawBody, this.options);
    request.body = await readBody(request.headers, request.rawBody);
    return true;
  }
}

/** Runs the handler with its viewer. */
@Injectable()
class ViewerInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { viewer } = requestOf(context);
    return new Observable((subscriber) => viewerStorage.run(viewer, () => next.handle().subscribe(subscriber)));
  }
}

/** Responds with codes only. Nest's own filter would log a whole axios error, with the headers that were sent. */
@Catch()
class CodesOnlyFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    const { status, body } = responseTo(error instanceof HttpException ? new Refusal(error.getStatus(), error) : error);
    super.catch(new HttpException(body, status), host);
  }
}

/** The verified viewer, as a parameter of a handler. */
const Viewer = createParamDecorator((_data: unknown, context: ExecutionContext) => requestOf(context).viewer);

@Controller()
class ModelsController {
  constructor(@Inject('service') private readonly serve: Service) {}

  @All('{*path}')
  async models(@Viewer() viewer: VerifiedViewer | null, @Body() body: unknown): Promise<object> {
    return { ...(await this.serve(body)), viewer };
  }
}

@Module({})
class AppModule {}

export async function startNestjs(options: ReceiverOptions): Promise<ExampleServer> {
  const root = {
    module: AppModule,
    controllers: [ModelsController],
    providers: [
      { provide: 'options', useValue: options },
      { provide: 'service', useValue: createService(options) },
      { provide: APP_FILTER, useClass: CodesOnlyFilter },
      { provide: APP_GUARD, useClass: VerifiedRequestGuard },
      { provide: APP_INTERCEPTOR, useClass: ViewerInterceptor },
    ],
  };
  const app = await NestFactory.create<NestExpressApplication>(root, {
    bodyParser: false, // the guard reads the body: Nest's parsers, and its `rawBody: true`, would inflate it
    forceCloseConnections: true,
    logger: ['error'],
  });
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), close: () => app.close() };
}
