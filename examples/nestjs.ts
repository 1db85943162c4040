/**
 * NestJS: the plugin is attached once, to the axios instance of HttpModule; services inject HttpService as usual.
 */
import 'reflect-metadata';
import { HttpModule, HttpService } from '@nestjs/axios';
import { Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { attachViewerContext, type ViewerContext } from 'axios-viewer-context';
import { firstValueFrom } from 'rxjs';
import { startEchoServer } from './echo-server.js';

const secret = process.env['SEER_API_SHARED_SECRET'] ?? 'a secret for this example only';

@Module({
  imports: [
    HttpModule.registerAsync({ useFactory: () => ({ baseURL: process.env['MODELS_URL'] ?? '', proxy: false }) }),
  ],
  exports: [HttpModule],
})
class SignedHttpModule implements OnModuleInit {
  constructor(@Inject(HttpService) private readonly http: HttpService) {}

  onModuleInit(): void {
    attachViewerContext(this.http.axiosRef, { secret });
  }
}

@Injectable()
class ModelsService {
  constructor(@Inject(HttpService) private readonly http: HttpService) {}

  async list(viewerContext: ViewerContext | null): Promise<unknown> {
    const { data } = await firstValueFrom(this.http.get<unknown>('/v1/models', { viewerContext }));
    return data;
  }
}

@Module({ imports: [SignedHttpModule], providers: [ModelsService] })
class AppModule {}

async function main(): Promise<void> {
  const server = await startEchoServer(secret);
  process.env['MODELS_URL'] = server.url;
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });

  const models = app.get(ModelsService);
  console.log('for organization 42, user 7:', await models.list({ organizationId: 42, userId: 7 }));
  console.log('without a viewer:', await models.list(null));

  await app.close();
  await server.close();
}

void main();
